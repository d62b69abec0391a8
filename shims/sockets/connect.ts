import net, { type Socket } from "node:net";
import {
  requireHost,
  requirePort,
  type SocketAddresses,
  tcpAddresses,
  unixAddr,
} from "./address.ts";
import { SocketConn, SocketTcpConn } from "./conn.ts";
import { onAbort } from "../abort_listener.ts";
import { fromCode, fromNode } from "../errors/errors.ts";
import { requireTcp } from "./listen.ts";
import type { ConnectOptions, NetAddr, TcpConn, UnixConn, UnixConnectOptions } from "../types.ts";

/** Connects over TCP. */
export function connect(options: ConnectOptions): Promise<TcpConn>;
/** Connects to a Unix socket. */
export function connect(options: UnixConnectOptions): Promise<UnixConn>;
export async function connect(
  options: ConnectOptions | UnixConnectOptions,
): Promise<TcpConn | UnixConn> {
  if (options.transport === "unix") {
    const { path } = options;
    const socket = await connected(net.connect({ path, allowHalfOpen: true }));
    return new SocketConn(socket, { localAddr: unixAddr(null), remoteAddr: unixAddr(path) });
  }
  const socket = await connectTcp(options);
  return new SocketTcpConn(socket, endsOf(socket));
}

/** Returns the ends of a socket that has just been connected. @throws {ConnectionReset} It was reset since. */
export function endsOf(socket: Socket): SocketAddresses<NetAddr> {
  try {
    return tcpAddresses(socket);
  } catch {
    socket.on("error", ignore).destroy();
    throw fromCode("ECONNRESET");
  }
}

/** Connects a socket over TCP. */
export async function connectTcp(options: ConnectOptions): Promise<Socket> {
  requireTcp(options);
  const { hostname = "127.0.0.1", signal } = options;
  const host = requireHost(hostname);
  const port = requirePort(options.port, { min: 1 });
  signal?.throwIfAborted();
  return await connected(net.connect({ host, port, allowHalfOpen: true }), signal);
}

function connected(socket: Socket, signal?: AbortSignal): Promise<Socket> {
  // What arrives stays with the system until somebody asks for it.
  socket.pause();
  return new Promise((resolve, reject) => {
    const settled = () => {
      endListening();
      socket.off("error", fail);
      socket.off("connect", succeed);
    };
    const fail = (error: Error) => {
      settled();
      reject(fromNode(error));
    };
    const succeed = () => {
      settled();
      resolve(socket);
    };
    const abort = () => {
      settled();
      socket.on("error", ignore);
      socket.destroy();
      reject(signal?.reason);
    };
    socket.on("error", fail);
    socket.on("connect", succeed);
    const endListening = onAbort(signal, abort);
  });
}

function ignore(): void {}
