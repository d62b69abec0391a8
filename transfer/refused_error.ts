import type { ParcelRefusal } from "../codec/parcel/messages.ts";

/** Says that a file is not taken, by its receiver or by what stands in its way here; others go on. */
export class RefusedError extends Error {
  /** The class's name. */
  override readonly name: string = "RefusedError";
  /** Why; docs/parcel.md says what each code means. */
  readonly code: ParcelRefusal;

  /** Makes an error whose message is the reason, as a phrase that can follow the file's name. */
  constructor(reason: string, { code, cause }: { code: ParcelRefusal; cause?: unknown }) {
    super(reason, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Returns what an error of the file system means to a peer: why the file is not taken, without the names of folders here.
 * One that says so already is returned as it is.
 */
export function refusalOf(error: unknown): RefusedError {
  if (error instanceof RefusedError) return error;
  if (isDiskFull(error)) {
    return new RefusedError("the receiver's disk is full", { code: "no-space", cause: error });
  }
  if (isForbidden(error)) {
    return new RefusedError("the receiver may not write there", {
      code: "no-access",
      cause: error,
    });
  }
  const reason = "the receiver could not store it";
  return new RefusedError(reason, { code: "storage-failed", cause: error });
}

function isDiskFull(error: unknown): boolean {
  // Deno has no code for a quota, only the system's words.
  return codeOf(error) === "ENOSPC" ||
    (error instanceof Error && /^disk quota exceeded/i.test(error.message));
}

function isForbidden(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable || codeOf(error) === "EROFS";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
