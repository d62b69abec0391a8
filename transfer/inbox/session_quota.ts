import { LimitError } from "../../codec/errors.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { InboxLimits } from "../limits.ts";

/** Counts what one connection sends, and refuses what exceeds the limits of a session. */
export class SessionQuota {
  readonly #limits: Readonly<InboxLimits>;
  #bytes = 0;
  #files = 0;
  #simpleFiles = 0;
  #emptyFolders = 0;

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

  /** Counts a file of the simple format. @throws {FileRefusedError} `session-full`: it is one too many. */
  addSimpleFile(): void {
    const { maxSimpleFiles: max } = this.#limits;
    const got = this.#simpleFiles + 1;
    if (got > max) throw full("maxSimpleFiles", { max, got, unit: "files" });
    this.addFile();
    this.#simpleFiles = got;
  }

  /** Counts folders that are to be made. @throws {FileRefusedError} `session-full`: they are too many. */
  addEmptyFolders(count: number): void {
    const { maxEmptyFolders: max } = this.#limits;
    const got = this.#emptyFolders + count;
    if (got > max) throw full("maxEmptyFolders", { max, got, unit: "folders" });
    this.#emptyFolders = got;
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
  limit: Exclude<keyof InboxLimits, "maxFileBytes">,
  counted: { max: number; got: number; unit: string },
): FileRefusedError {
  const error = new LimitError("Cannot accept file", { limit, ...counted });
  return new FileRefusedError(error.message, { code: "session-full", cause: error });
}
