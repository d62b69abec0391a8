import type { Server, Socket } from "node:net";
import { Busy } from "../errors/error_classes.ts";
import { badResource, fromNode } from "../errors/errors.ts";
import type { Addr, Conn, Listener } from "../types.ts";

/** Connections that wait to be accepted; the system would not keep as many. */
const MAX_PENDING = 4096;

/** How a {@linkcode SocketListener} is made. */
export interface SocketListenerOptions<C, A> {
  /** Returns its address; called once it listens. */
  addressOf: (server: Server) => A;
  /** Makes a connection of a socket that was accepted. @throws {NotConnected} Its peer has gone already. */
  connOf: (socket: Socket) => C;
}

interface Accepting<C> {
  resolve(conn: C): void;
  reject(error: Error): void;
}

/** A server of Node, as Deno gives it: connections wait in their order until they are asked for. */
export class SocketListener<C extends Conn, A extends Addr>
  implements Listener<C, A>, AsyncIterableIterator<C, undefined> {
  readonly #server: Server;
  readonly #addressOf: (server: Server) => A;
  readonly #connOf: (socket: Socket) => C;
  readonly #pending: Socket[] = [];
  #addr: A | undefined;
  #accepting: Accepting<C> | undefined;
  #closed = false;
  #failure: Error | undefined;

  /** Takes over a server that listens, or will some turns later. */
  constructor(server: Server, { addressOf, connOf }: SocketListenerOptions<C, A>) {
    this.#server = server;
    this.#addressOf = addressOf;
    this.#connOf = connOf;
    server.on("connection", (socket) => this.#arrived(socket));
    server.on("error", (error) => this.#failed(fromNode(error)));
    if (server.listening) this.#addr = addressOf(server);
  }

  get addr(): A {
    if (this.#addr) return this.#addr;
    if (this.#failure) throw this.#failure;
    if (!this.#server.listening) {
      throw new Error("Cannot tell the address yet: this Node binds some turns after listen");
    }
    return this.#addr = this.#addressOf(this.#server);
  }

  accept(): Promise<C> {
    if (this.#closed) return Promise.reject(hasBeenClosed());
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#accepting) return Promise.reject(new Busy("Another accept task is ongoing"));
    const socket = this.#pending.shift();
    return new Promise((resolve, reject) => {
      this.#accepting = { resolve, reject };
      if (!socket) return;
      socket.off("error", ignore);
      this.#arrived(socket);
    });
  }

  close(): void {
    if (this.#closed) throw badResource();
    this.#closed = true;
    this.#server.close();
    for (const socket of this.#pending.splice(0)) turnAway(socket);
    this.#accepting?.reject(hasBeenClosed());
    this.#accepting = undefined;
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.close();
  }

  /** Accepts the next connection; the end of the listener is the end of all. */
  async next(): Promise<IteratorResult<C, undefined>> {
    try {
      return { value: await this.accept(), done: false };
    } catch (error) {
      if (this.#closed) return { value: undefined, done: true };
      throw error;
    }
  }

  /** Closes the listener, because whoever iterated it has left. */
  return(): Promise<IteratorResult<C, undefined>> {
    this[Symbol.dispose]();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  ref(): void {
    this.#server.ref();
  }

  unref(): void {
    this.#server.unref();
  }

  #arrived(socket: Socket): void {
    const accepting = this.#accepting;
    if (accepting) {
      this.#accepting = undefined;
      try {
        accepting.resolve(this.#connOf(socket));
      } catch (error) {
        socket.on("error", ignore).destroy();
        accepting.reject(fromNode(error));
      }
    } else if (this.#pending.length < MAX_PENDING) {
      // Its peer may leave before; who reads from it will see.
      socket.on("error", ignore);
      this.#pending.push(socket);
    } else turnAway(socket);
  }

  #failed(error: Error): void {
    // A server that listens goes on; one that never could is over.
    if (!this.#server.listening) this.#failure = error;
    this.#accepting?.reject(error);
    this.#accepting = undefined;
  }
}

/** Ends a connection that nobody accepted, as the system ends those that still wait for a listener that closes. */
function turnAway(socket: Socket): void {
  socket.on("error", ignore);
  // A Unix socket knows no reset.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function hasBeenClosed(): Error {
  return badResource("Listener has been closed");
}

function ignore(): void {}
