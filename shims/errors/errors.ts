import { constants } from "node:os";
import { BadResource, Interrupted } from "./error_classes.ts";
import { systemCode, systemError, systemMessage } from "./system_errors.ts";

/**
 * Returns the error of Deno that stands for one of Node, with the system's code and Node's own error as its cause; an
 * error that Deno has no class for stays a plain one.
 */
export function fromNode(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") return error;
  if (syscall === "getaddrinfo") return noSuchHost(code);
  // libuv's numbers are negative; Bun's listeners have the system's own.
  const message = errno === undefined ? undefined : systemMessage(-Math.abs(errno));
  return systemError(code, message ?? error.message, { cause: error });
}

/** Says that a name leads nowhere, in Deno's words; Deno has no class for it either. */
export function noSuchHost(code: string | undefined): Error {
  const words = code === "EAI_AGAIN"
    ? "Temporary failure in name resolution"
    : "Name or service not known";
  return new Error(`failed to lookup address information: ${words}`);
}

/** Returns the error of Deno that stands for one of the system's, by its code. */
export function fromCode(code: keyof typeof constants.errno): Error {
  return fromErrno(-constants.errno[code]);
}

/** Returns the error of Deno that stands for a number that a call of libuv returned. */
export function fromErrno(errno: number): Error {
  return systemError(systemCode(errno), systemMessage(errno) ?? `System error ${errno}`);
}

/** Returns the error of Deno for what failed with a path, with what was tried: `open 'path'`. */
export function fileFailure(cause: unknown, tried: string): Error {
  const { code, errno } = cause as NodeJS.ErrnoException;
  // Of all that our calls hand to Node, a path alone can be refused for its value.
  if (code === "ERR_INVALID_ARG_VALUE") {
    const message = `file name contained an unexpected NUL byte: ${tried}`;
    return systemError("EINVAL", message, { cause });
  }
  if (code === undefined || errno === undefined) return fromNode(cause);
  return systemError(code, `${systemMessage(errno) ?? code}: ${tried}`, { cause });
}

/** Does something with a path, and says in Deno's words what failed: `tried` is such as `open 'path'`. */
export async function withPath<T>(tried: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, tried);
  }
}

/** As {@linkcode withPath}, for what is done when it returns. */
export function withPathSync<T>(tried: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileFailure(error, tried);
  }
}

/** Says that something is closed. */
export function badResource(message = "Bad resource ID"): Error {
  return new BadResource(message);
}

/** Says that whoever waited was interrupted by a close. */
export function interrupted(): Error {
  return Object.assign(new Interrupted("operation canceled"), { code: "EINTR" });
}
