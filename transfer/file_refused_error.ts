import type { ParcelRefusal } from "../codec/parcel/messages.ts";
import { systemCodeOf } from "../net/errors.ts";

/**
 * Says that one file is not taken, and why: by its receiver, or by something in its way on this side. The others go on.
 *
 * @example
 * ```ts
 * import { FileRefusedError } from "@parley/sockets/transfer";
 * import { assert } from "@std/assert";
 * const error = new FileRefusedError("there is a file with that name", { code: "exists" });
 * assert(`photo.jpg was not stored: ${error.message}`.endsWith(": there is a file with that name"));
 * ```
 */
export class FileRefusedError extends Error {
  /** The class's name. */
  override readonly name: string = "FileRefusedError";
  /** Why; docs/parcel.md says what each code means. */
  readonly code: ParcelRefusal;

  /** Makes an error whose message is the reason, as a phrase that can follow the file's name. */
  constructor(reason: string, { code, cause }: { code: ParcelRefusal; cause?: unknown }) {
    super(reason, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Returns what to tell a peer when an error keeps its file from being stored: the reason, without the names of folders
 * here. A `FileRefusedError` is returned as it is.
 */
export function refusalOf(error: unknown): FileRefusedError {
  if (error instanceof FileRefusedError) return error;
  if (isDiskFull(error)) {
    return new FileRefusedError("the receiver's disk is full", { code: "no-space", cause: error });
  }
  if (isForbidden(error)) {
    return new FileRefusedError("the receiver may not write there", {
      code: "no-access",
      cause: error,
    });
  }
  const reason = "the receiver could not store it";
  return new FileRefusedError(reason, { code: "storage-failed", cause: error });
}

function isDiskFull(error: unknown): boolean {
  // Deno has no code for an exceeded quota, only the system's words.
  return systemCodeOf(error) === "ENOSPC" ||
    (error instanceof Error && /^disk quota exceeded/i.test(error.message));
}

function isForbidden(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable || systemCodeOf(error) === "EROFS";
}
