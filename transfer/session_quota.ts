import { LimitError, limitOf, type Limits } from "../codec/mod.ts";
import { RefusedError } from "./refused_error.ts";

/** How much one connection may send. */
export type SessionLimits = Partial<Pick<Limits, "maxSessionBytes" | "maxSessionFiles">>;

/** Counts what one connection sends. */
export class SessionQuota {
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  #bytes = 0;
  #files = 0;

  /** Makes one that has counted nothing yet. @throws {RangeError} A limit is none. */
  constructor(limits: SessionLimits = {}) {
    this.#maxBytes = limitOf("maxSessionBytes", limits.maxSessionBytes);
    this.#maxFiles = limitOf("maxSessionFiles", limits.maxSessionFiles);
  }

  /** Counts a file. @throws {RefusedError} `session-full`. */
  addFile(): void {
    if (this.#files >= this.#maxFiles) {
      throw full("maxSessionFiles", { max: this.#maxFiles, got: this.#files + 1, unit: "files" });
    }
    this.#files++;
  }

  /** Counts bytes that came. @throws {RefusedError} `session-full`. */
  addBytes(bytes: number): void {
    this.requireRoom(bytes);
    this.#bytes += bytes;
  }

  /** Refuses bytes that would be too many, before they come. @throws {RefusedError} `session-full`. */
  requireRoom(bytes: number): void {
    const got = this.#bytes + bytes;
    if (got <= this.#maxBytes) return;
    throw full("maxSessionBytes", { max: this.#maxBytes, got, unit: "bytes" });
  }
}

function full(
  limit: "maxSessionBytes" | "maxSessionFiles",
  counted: { max: number; got: number; unit: string },
): RefusedError {
  const error = new LimitError("Cannot accept file", { limit, ...counted });
  return new RefusedError(error.message, { code: "session-full", cause: error });
}
