import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import {
  AddrInUse,
  AddrNotAvailable,
  AlreadyExists,
  BadResource,
  BrokenPipe,
  ConnectionAborted,
  ConnectionRefused,
  ConnectionReset,
  FilesystemLoop,
  Interrupted,
  IsADirectory,
  NetworkUnreachable,
  NotADirectory,
  NotConnected,
  NotFound,
  PermissionDenied,
  TimedOut,
  WouldBlock,
} from "./error_classes.ts";

type ErrorClass = new (message?: string, options?: ErrorOptions) => Error;

/** The class that stands for each of the system's codes; every other one is a plain Error, as in Deno. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  EACCES: PermissionDenied,
  EADDRINUSE: AddrInUse,
  EADDRNOTAVAIL: AddrNotAvailable,
  EAGAIN: WouldBlock,
  ECONNABORTED: ConnectionAborted,
  ECONNREFUSED: ConnectionRefused,
  ECONNRESET: ConnectionReset,
  EEXIST: AlreadyExists,
  EINTR: Interrupted,
  EINVAL: TypeError,
  EISDIR: IsADirectory,
  ELOOP: FilesystemLoop,
  ENETUNREACH: NetworkUnreachable,
  ENOENT: NotFound,
  ENOTCONN: NotConnected,
  ENOTDIR: NotADirectory,
  EPERM: PermissionDenied,
  EPIPE: BrokenPipe,
  ETIMEDOUT: TimedOut,
  ERR_ACCESS_DENIED: PermissionDenied,
};

/** The names and words of the system's errors by libuv's numbers. */
const SYSTEM_ERRORS = getSystemErrorMap();
/** The system's own numbers by name. */
const SYSTEM_NUMBERS = new Map<string, number>(Object.entries(constants.errno));

/**
 * Returns the error of Deno that stands for one of Node, with the system's code and Node's own error as its cause; an
 * error that Deno has no class for stays a plain one.
 */
export function fromNode(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") return error;
  if (syscall === "getaddrinfo") return noSuchHost(code);
  const Class = CLASSES[code] ?? Error;
  const message = errno === undefined ? undefined : systemMessage(errno);
  return Object.assign(new Class(message ?? error.message, { cause: error }), { code });
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
  const [code = "EUNKNOWN"] = SYSTEM_ERRORS.get(errno) ?? [];
  const Class = CLASSES[code] ?? Error;
  return Object.assign(new Class(systemMessage(errno) ?? `System error ${errno}`), { code });
}

/** Returns the error of Deno for what failed with a file, with what was tried. */
export function fileFailure(error: unknown, tried: string): Error {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined) return fromNode(error);
  const Class = CLASSES[code] ?? Error;
  const mapped = new Class(`${systemMessage(errno) ?? code}: ${tried}`, { cause: error });
  return Object.assign(mapped, { code });
}

/** Says that something is closed. */
export function badResource(message = "Bad resource ID"): Error {
  return new BadResource(message);
}

/** Says that whoever waited was interrupted by a close. */
export function interrupted(): Error {
  return Object.assign(new Interrupted("operation canceled"), { code: "EINTR" });
}

/** The system's words for an error, as Deno gives them: `Connection refused (os error 111)`. */
function systemMessage(errno: number): string | undefined {
  const [code, words] = SYSTEM_ERRORS.get(errno) ?? [];
  if (code === undefined || words === undefined) return undefined;
  // What is no error of the system (a name that cannot be looked up) has a number in libuv alone.
  const number = SYSTEM_NUMBERS.get(code);
  if (number === undefined) return undefined;
  return `${words[0]?.toUpperCase()}${words.slice(1)} (os error ${number})`;
}
