import { LimitError } from "../../codec/errors.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { InboxLimits } from "../limits.ts";

/** Empty folders that a session may make: each costs its sender a few bytes. */
const MAX_EMPTY_FOLDERS = 1_000;

/** Counts what one connection sends, and refuses what exceeds the limits of a session. */
export class SessionQuota {
  readonly #limits: Readonly<InboxLimits>;
  #bytes = 0;
  #files = 0;
  #folders = 0;

  /** Makes one that has counted nothing yet. */
  constructor(limits: Readonly<InboxLimits>) {
    this.#limits = limits;
  }

  /** Counts a file. @throws {FileRefusedError} `session-full`: it is one too many. */
  addFile(): void {
    const { maxSessionFiles: max } = this.#limits;
    if (this.#files >= max) {
      throw full("maxSessionFiles", { max, got: this.#files + 1, unit: "files" });
    }
    this.#files++;
  }

  /** Counts an empty folder. @throws {FileRefusedError} `session-full`: it is one too many. */
  addFolder(): void {
    if (this.#folders >= MAX_EMPTY_FOLDERS) {
      const got = this.#folders + 1;
      throw full("maxEmptyFolders", { max: MAX_EMPTY_FOLDERS, got, unit: "folders" });
    }
    this.#folders++;
  }

  /** Counts bytes that came. @throws {FileRefusedError} `session-full`: they are too many. */
  addBytes(bytes: number): void {
    this.requireRoom(bytes);
    this.#bytes += bytes;
  }

  /** Refuses bytes that would be too many, before they come. @throws {FileRefusedError} `session-full`. */
  requireRoom(bytes: number): void {
    const { maxSessionBytes: max } = this.#limits;
    const got = this.#bytes + bytes;
    if (got > max) throw full("maxSessionBytes", { max, got, unit: "bytes" });
  }
}

function full(
  limit: "maxSessionBytes" | "maxSessionFiles" | "maxEmptyFolders",
  counted: { max: number; got: number; unit: string },
): FileRefusedError {
  const error = new LimitError("Cannot accept file", { limit, ...counted });
  return new FileRefusedError(error.message, { code: "session-full", cause: error });
}
