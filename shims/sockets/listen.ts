import { type AddressInfo, createServer, type Server } from "node:net";
import { netAddr, requirePort, tcpAddresses, unixAddr } from "./address.ts";
import { bind, type BindOptions, bindPath } from "./bind.ts";
import { SocketConn, SocketTcpConn } from "./conn.ts";
import { NotSupported } from "../errors/error_classes.ts";
import { SocketListener } from "./listener.ts";
import { resolveSync } from "./resolve.ts";
import type {
  NetAddr,
  TcpListener,
  TcpListenOptions,
  UnixConn,
  UnixListener,
  UnixListenOptions,
} from "../types.ts";

/** Listens for TCP connections; it is bound when this returns. */
export function listen(options: TcpListenOptions & { transport?: "tcp" }): TcpListener;
/** Listens on a Unix socket. */
export function listen(options: UnixListenOptions & { transport: "unix" }): UnixListener;
export function listen(
  options:
    | TcpListenOptions & { transport?: "tcp" }
    | UnixListenOptions & { transport: "unix" },
): TcpListener | UnixListener {
  const server = tcpServer();
  if (options.transport === "unix") {
    const addr = unixAddr(options.path);
    bindPath(server, options.path);
    return new SocketListener<UnixConn, typeof addr>(server, {
      addressOf: () => addr,
      connOf: (socket) => new SocketConn(socket, { localAddr: addr, remoteAddr: unixAddr(null) }),
    });
  }
  requireTcp(options);
  bindTcp(server, options);
  return new SocketListener(server, {
    addressOf: tcpAddressOf,
    connOf: (socket) => new SocketTcpConn(socket, tcpAddresses(socket)),
  });
}

/** Makes a server whose connections keep what arrives with the system until it is asked for. */
export function tcpServer(): Server {
  return createServer({ allowHalfOpen: true, pauseOnConnect: true });
}

/** Binds a server to the address that a user gave. */
export function bindTcp(
  server: Server,
  { hostname = "0.0.0.0", port, reusePort, tcpBacklog, ...rest }:
    & TcpListenOptions
    & Pick<BindOptions, "without">,
): void {
  bind(server, {
    host: resolveSync(hostname),
    port: requirePort(port),
    ...reusePort && { reusePort },
    backlog: tcpBacklog,
    without: rest.without ?? [],
  });
}

/** Returns the address of a server that is bound to one. */
export function tcpAddressOf(server: Server): NetAddr {
  // Only a server on a path, or none, has another kind of address.
  return netAddr("tcp", server.address() as AddressInfo);
}

/** @throws {NotSupported} The transport is one that only Deno has. */
export function requireTcp({ transport = "tcp" }: { transport?: string }): void {
  if (transport !== "tcp") {
    throw new NotSupported(`Cannot use transport "${transport}": Node has tcp and unix`);
  }
}
