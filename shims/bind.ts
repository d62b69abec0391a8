import { existsSync } from "node:fs";
import net, { isIPv6, type ListenOptions, type Server } from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { NotSupported } from "./error_classes.ts";
import { fromCode, fromErrno, fromNode } from "./errors.ts";

/** What Node has from 24 on, and the types of version 20 do not know. */
interface BoundSocketClass {
  new (options: { host: string; port: number; reusePort: boolean } | { path: string }): object;
}

/** What every version has had for long, and no document promises: an object, or libuv's number for what went wrong. */
type CreateServerHandle = (
  address: string,
  port: number,
  addressType: 4 | 6 | -1,
  fd?: undefined,
  flags?: number,
) => number | object;

/** libuv's flag, which Node passes on from 22.12 on. */
const UV_TCP_REUSEPORT = 2;

/** Where to bind: an address, or a file. */
export type BindTarget = { host: string; port: number; reusePort?: boolean } | { path: string };

/** How a server is bound. */
export interface BindOptions {
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
 * @throws {NotFound} There is no such folder.
 * @throws {PermissionDenied} The port is the administrator's.
 * @throws {NotSupported} `reusePort` on a Node that does not have it.
 */
export function bind(
  server: Server,
  target: BindTarget & BindOptions,
): void {
  const { backlog = 511, without = [] } = target;
  if ("host" in target && target.reusePort && !hasReusePort()) {
    throw new NotSupported("Cannot listen: reusePort needs Node 22.12 or newer");
  }
  const handle = boundHandle(target, without);
  if (handle === undefined) {
    server.listen({ ...target, backlog });
    return;
  }
  // Why it cannot listen Node tells some turns later, when it has been thrown.
  server.once("error", ignore);
  // The types know of no handle, though the documents do.
  server.listen({ handle, backlog } as ListenOptions);
  // The system may find out only now that the address is taken.
  if (!server.listening) throw fromCode("EADDRINUSE");
  server.off("error", ignore);
}

function boundHandle(target: BindTarget, without: readonly string[]): object | undefined {
  // Both are only asked whether they are there.
  const { BoundSocket, _createServerHandle: createServerHandle } = net as unknown as {
    BoundSocket?: BoundSocketClass;
    _createServerHandle?: CreateServerHandle;
  };
  if (BoundSocket && !without.includes("BoundSocket")) {
    try {
      return new BoundSocket(
        "path" in target
          ? { path: target.path }
          : { host: target.host, port: target.port, reusePort: target.reusePort ?? false },
      );
    } catch (error) {
      throw "path" in target ? fromPath(fromNode(error), target.path) : fromNode(error);
    }
  }
  if (!createServerHandle || without.includes("_createServerHandle")) return undefined;
  if ("path" in target) {
    const handle = createServerHandle(target.path, -1, -1);
    if (typeof handle === "number") throw fromPath(fromErrno(handle), target.path);
    return handle;
  }
  const { host, port, reusePort } = target;
  const flags = reusePort ? UV_TCP_REUSEPORT : 0;
  const handle = createServerHandle(host, port, isIPv6(host) ? 6 : 4, undefined, flags);
  if (typeof handle === "number") throw fromErrno(handle);
  return handle;
}

/** libuv calls a folder that is not there forbidden, for Windows' sake. */
function fromPath(error: Error, path: string): Error {
  return existsSync(dirname(path)) ? error : fromCode("ENOENT");
}

function hasReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

function ignore(): void {}
