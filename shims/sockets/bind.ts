import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import net, { isIPv6, type ListenOptions, type Server } from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { bun, type BunRuntime } from "../bun.ts";
import { NotSupported } from "../errors/error_classes.ts";
import { fromCode, fromErrno, fromNode } from "../errors/errors.ts";

/** What Node has from 24 on, and the types of version 20 do not know. */
interface BoundSocketClass {
  new (options: { host: string; port: number; reusePort: boolean }): object;
}

/** What every version has had for long, and no document promises: an object, or libuv's number for what went wrong. */
type CreateServerHandle = (
  address: string,
  port: number,
  addressType: 4 | 6,
  fd: undefined,
  flags: number,
) => number | object;

/** libuv's flag, which Node passes on from 22.12 on. */
const UV_TCP_REUSEPORT = 2;

/** Connections that the system keeps for us. */
const DEFAULT_BACKLOG = 511;
/** Bytes that the path of a Unix socket may have. */
const MAX_PATH_BYTES = 107;

/** Where and how to bind a server. */
export interface BindOptions {
  /** The address. */
  host: string;
  /** The port; 0 takes a free one. */
  port: number;
  /** Lets others bind the same. */
  reusePort?: boolean;
  /** Connections that the system keeps for us. */
  backlog?: number | undefined;
  /** Ways that are not to be taken, so that a test can take the others. */
  without?: readonly ("BoundSocket" | "_createServerHandle")[];
}

/**
 * Binds a server before it returns, as Deno does; `Server.listen` takes some turns when it is given a host. Node has
 * `net.BoundSocket` for it from 24 on, and before that a call that is not documented. Where neither is there, the
 * server listens some turns later, and says then if it cannot.
 *
 * @throws {AddrInUse} Somebody listens there.
 * @throws {AddrNotAvailable} This machine has no such address.
 * @throws {PermissionDenied} The port is the administrator's.
 * @throws {NotSupported} `reusePort` on a Node that does not have it.
 */
export function bind(server: Server, options: BindOptions): void {
  const { host, port, reusePort = false, backlog = DEFAULT_BACKLOG } = options;
  if (reusePort && !hasReusePort()) {
    throw new NotSupported("Cannot listen: reusePort needs Node 22.12 or newer");
  }
  const handle = boundHandle(options);
  if (handle === undefined) {
    const failed = listenNow(server, () => server.listen({ host, port, reusePort, backlog }));
    // Bun's servers listen at once, or never will.
    if (failed && bun) throw whyBunCannotListen(bun, { hostname: host, port });
    return;
  }
  // The types know of no handle, though the documents do.
  const failed = listenNow(server, () => server.listen({ handle, backlog } as ListenOptions));
  // The system may find out only now that the address is taken.
  if (failed) throw fromCode("EADDRINUSE");
}

/**
 * Binds a server to a file before it returns.
 *
 * @throws {AddrInUse} There is such a file.
 * @throws {NotFound} There is no such folder.
 * @throws {PermissionDenied} We may not write there.
 * @throws {TypeError} The path is longer than a socket's can be.
 */
export function bindPath(server: Server, path: string): void {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    const message = `path must be shorter than SUN_LEN: it may have ${MAX_PATH_BYTES} bytes`;
    throw Object.assign(new TypeError(message), { code: "EINVAL" });
  }
  if (!listenNow(server, () => server.listen(path, DEFAULT_BACKLOG))) return;
  if (existsSync(path)) throw fromCode("EADDRINUSE");
  throw fromCode(existsSync(dirname(path)) ? "EACCES" : "ENOENT");
}

/** Bun's server says a turn later why it does not listen; what it stands on says it at once. */
function whyBunCannotListen(bun: BunRuntime, at: { hostname: string; port: number }): Error {
  try {
    bun.listen({ ...at, socket: { data: ignore } }).stop();
  } catch (error) {
    return fromNode(error);
  }
  // Whoever had the port has left just now.
  return fromCode("EADDRINUSE");
}

/** Calls what listens at once, and says whether it failed; Node itself tells some turns later, and why. */
function listenNow(server: Server, call: () => void): boolean {
  server.once("error", ignore);
  call();
  if (!server.listening) return true;
  server.off("error", ignore);
  return false;
}

function boundHandle(
  { host, port, reusePort = false, without = [] }: BindOptions,
): object | undefined {
  // Both are only asked whether they are there.
  const { BoundSocket, _createServerHandle: createServerHandle } = net as unknown as {
    BoundSocket?: BoundSocketClass;
    _createServerHandle?: CreateServerHandle;
  };
  if (BoundSocket && !without.includes("BoundSocket")) {
    try {
      return new BoundSocket({ host, port, reusePort });
    } catch (error) {
      throw fromNode(error);
    }
  }
  if (!createServerHandle || without.includes("_createServerHandle")) return undefined;
  const flags = reusePort ? UV_TCP_REUSEPORT : 0;
  const handle = createServerHandle(host, port, isIPv6(host) ? 6 : 4, undefined, flags);
  if (typeof handle === "number") throw fromErrno(handle);
  return handle;
}

function hasReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

function ignore(): void {}
