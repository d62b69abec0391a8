import { isIP, type Socket } from "node:net";
import { fromCode } from "../errors/errors.ts";
import type { NetAddr, UnixAddr } from "../types.ts";

/** The two ends of a socket. */
export interface SocketAddresses<A> {
  /** Our end. */
  readonly localAddr: A;
  /** The peer's end. */
  readonly remoteAddr: A;
}

/**
 * Returns the ends of a TCP socket.
 *
 * @throws {NotConnected} Its peer has gone already, and nobody can say any more who it was.
 */
export function tcpAddresses(socket: Socket): SocketAddresses<NetAddr> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined) throw fromCode("ENOTCONN");
  return {
    localAddr: netAddr("tcp", { address: localAddress, port: localPort }),
    remoteAddr: netAddr("tcp", { address: remoteAddress, port: remotePort }),
  };
}

/** Makes an address of what Node tells. */
export function netAddr(
  transport: "tcp" | "udp",
  { address = "", port = 0 }: { address?: string | undefined; port?: number | undefined },
): NetAddr {
  return { hostname: address, port, transport };
}

/** Makes the address of a Unix socket; the end that has no file has null, as in Deno. */
export function unixAddr(path: string | null): UnixAddr {
  // Deno's own type leaves the null out too.
  return { transport: "unix", path: path as string };
}

/**
 * Returns a host without what Deno lets stand around it.
 *
 * @throws {URIError} It cannot be a host's name.
 */
export function requireHost(hostname: string): string {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host)) return host;
  if (host === "") throw new URIError("invalid empty host: ''");
  if (/[\s/?#@:[\]\\%<>^|]/.test(host)) throw new URIError(`invalid host '${host}'`);
  return host;
}

/**
 * Returns a port.
 *
 * @throws {RangeError} It is below `min` or above 65535.
 * @throws {TypeError} It is no whole number.
 */
export function requirePort(port: unknown, { min = 0 }: { min?: 0 | 1 } = {}): number {
  if (min === 0 && (port === undefined || port === null)) return 0;
  const number = typeof port === "string" ? Number(port) : port;
  if (typeof number !== "number") throw new TypeError(`Invalid port (expected number): ${port}`);
  if (!Number.isInteger(number)) {
    throw new TypeError(`Invalid port: ${typeof port === "string" ? `'${port}'` : number}`);
  }
  if (number < min || number > 65535) {
    throw new RangeError(`Invalid port (out of range): ${number}`);
  }
  return number;
}
