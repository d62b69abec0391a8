// What Deno makes of the system's errors: the class, the code and the words of each.

import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import {
  AddrInUse,
  AddrNotAvailable,
  AlreadyExists,
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

/** What a file can fail with and Deno has no code for: its errors carry the system's words alone. */
const WITHOUT_CODE: ReadonlySet<string> = new Set([
  "EFBIG",
  "EMLINK",
  "ENFILE",
  "ENODEV",
  "ENXIO",
  "EOVERFLOW",
  "ESPIPE",
  "ETXTBSY",
]);

/** The system's words, which Deno has, where libuv says it in its own. */
const WORDS: Readonly<Record<string, string>> = {
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  ENAMETOOLONG: "File name too long",
  ENFILE: "Too many open files in system",
  ENOMEM: "Cannot allocate memory",
  ENOTSUP: "Operation not supported",
  ESPIPE: "Illegal seek",
  ETXTBSY: "Text file busy",
  EXDEV: "Invalid cross-device link",
};

/** The names and words of the system's errors by libuv's numbers. */
const SYSTEM_ERRORS = getSystemErrorMap();
/** The system's own numbers by name. */
const SYSTEM_NUMBERS = new Map<string, number>(Object.entries(constants.errno));

/** Returns the error of Deno for one of the system's codes; it carries the code where Deno has it. */
export function systemError(code: string, message: string, options?: ErrorOptions): Error {
  const Class = CLASSES[code] ?? Error;
  const error = new Class(message, options);
  // What libuv does not know is named by its number alone.
  if (WITHOUT_CODE.has(code) || code.startsWith("Unknown system error")) return error;
  return Object.assign(error, { code });
}

/** Returns the system's code for a number that a call of libuv returned. */
export function systemCode(errno: number): string {
  return SYSTEM_ERRORS.get(errno)?.[0] ?? "EUNKNOWN";
}

/** Returns the system's words for such a number, as Deno gives them: `Connection refused (os error 111)`. */
export function systemMessage(errno: number): string | undefined {
  const [code, words] = SYSTEM_ERRORS.get(errno) ?? [];
  if (code === undefined || words === undefined) return undefined;
  // What is no error of the system (a name that cannot be looked up) has a number in libuv alone.
  const number = SYSTEM_NUMBERS.get(code);
  if (number === undefined) return undefined;
  return `${WORDS[code] ?? `${words[0]?.toUpperCase()}${words.slice(1)}`} (os error ${number})`;
}
