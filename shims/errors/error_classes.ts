// `Deno.errors` on Node.

/** What the system calls an error, where it was the system that failed. */
interface SystemError extends Error {
  /** `ECONNREFUSED` and the like. */
  code?: string;
}

function named(name: string): new (message?: string, options?: ErrorOptions) => SystemError {
  return class extends Error {
    override name = name;
    code?: string;
    constructor(message?: string, options?: ErrorOptions) {
      super(message, options);
      delete this.code;
    }
  };
}

/** A file or a path does not exist. */
export class NotFound extends named("NotFound") {}
/** The system does not allow it. */
export class PermissionDenied extends named("PermissionDenied") {}
/** Nobody listens there. */
export class ConnectionRefused extends named("ConnectionRefused") {}
/** The peer reset the connection. */
export class ConnectionReset extends named("ConnectionReset") {}
/** The connection was given up before it stood. */
export class ConnectionAborted extends named("ConnectionAborted") {}
/** The socket is not connected. */
export class NotConnected extends named("NotConnected") {}
/** Somebody listens on this address already. */
export class AddrInUse extends named("AddrInUse") {}
/** This machine does not have that address. */
export class AddrNotAvailable extends named("AddrNotAvailable") {}
/** There is nobody left who reads. */
export class BrokenPipe extends named("BrokenPipe") {}
/** It is there already. */
export class AlreadyExists extends named("AlreadyExists") {}
/** The data is not what it has to be. */
export class InvalidData extends named("InvalidData") {}
/** The system waited as long as it waits. */
export class TimedOut extends named("TimedOut") {}
/** It was closed while somebody waited for it. */
export class Interrupted extends named("Interrupted") {}
/** Nothing could be written. */
export class WriteZero extends named("WriteZero") {}
/** It cannot be done at once. */
export class WouldBlock extends named("WouldBlock") {}
/** The input ended too early. */
export class UnexpectedEof extends named("UnexpectedEof") {}
/** It is closed, or was never open. */
export class BadResource extends named("BadResource") {}
/** A redirect loops, in Deno's own fetch. */
export class Http extends named("Http") {}
/** Somebody else waits for it already. */
export class Busy extends named("Busy") {}
/** It cannot be done on this system. */
export class NotSupported extends named("NotSupported") {}
/** Links lead in a circle. */
export class FilesystemLoop extends named("FilesystemLoop") {}
/** It is a folder. */
export class IsADirectory extends named("IsADirectory") {}
/** No network leads there. */
export class NetworkUnreachable extends named("NetworkUnreachable") {}
/** It is no folder. */
export class NotADirectory extends named("NotADirectory") {}
/** Deno was not given the permission; Node never says so. */
export class NotCapable extends named("NotCapable") {}
