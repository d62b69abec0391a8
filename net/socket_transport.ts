import type { Address } from "./address.ts";
import type { Transport } from "./transport.ts";

/** As much of Node's `net.Socket` as {@linkcode socketTransport} uses; `tls.TLSSocket` has it as well. */
export interface NodeSocket {
  /** Our end. */
  readonly localAddress?: string | undefined;
  /** The port of our end. */
  readonly localPort?: number | undefined;
  /** The peer's end. */
  readonly remoteAddress?: string | undefined;
  /** The port of the peer's end. */
  readonly remotePort?: number | undefined;
  /** Both directions are over. */
  readonly destroyed?: boolean;
  /** Why they are, where that is known. */
  readonly errored?: Error | null;
  /** The peer sends no more, and all of it was read. */
  readonly readableEnded?: boolean;
  /** Listens to `data`, `end`, `error` and `close`. */
  on(event: string, listener: (...args: never[]) => void): unknown;
  /** Reads no more for now. */
  pause(): unknown;
  /** Reads on. */
  resume(): unknown;
  /** Writes, and says when that is with the system. */
  write(bytes: Uint8Array, callback: (error?: Error | null) => void): boolean;
  /** Says that no more will be written (FIN). */
  end(callback?: () => void): unknown;
  /** Ends both directions at once. */
  destroy(): unknown;
  /** Sends small writes at once. */
  setNoDelay?(noDelay?: boolean): unknown;
}

/** Bytes that are held for whoever reads next; the socket is paused above them. */
const HIGH_WATER_BYTES = 64 * 1024;

/**
 * Makes a byte stream for a {@linkcode Connection} out of a socket of `node:net` or `node:tls` that is connected. For a
 * peer that finishes first and still wants its answers, the socket has to be made with `allowHalfOpen: true`.
 *
 * The socket belongs to the transport from now on: nobody else may read from it. It may be paused; of one that is over
 * already the transport says the same.
 *
 * @example
 * ```ts
 * import { Connection, lines, socketTransport } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * import { once } from "node:events";
 * import { type AddressInfo, connect, createServer } from "node:net";
 *
 * const server = createServer((socket) => socket.end("hello\n")).listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as AddressInfo;
 * const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
 * await using connection = new Connection(socketTransport(socket), lines());
 * assert(await connection.receive() === "hello");
 * server.close();
 * ```
 */
export function socketTransport(socket: NodeSocket): Transport {
  return new SocketTransport(socket);
}

interface PendingRead {
  readonly into: Uint8Array;
  resolve(count: number | null): void;
  reject(error: Error): void;
}

class SocketTransport implements Transport {
  readonly #socket: NodeSocket;
  readonly #reads: PendingRead[] = [];
  readonly #chunks: Uint8Array[] = [];
  #held = 0;
  #ended = false;
  #failure: Error | undefined;

  constructor(socket: NodeSocket) {
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
      if (this.#held >= HIGH_WATER_BYTES) socket.pause();
      this.#answer();
    });
    socket.on("end", () => this.#end());
    socket.on("error", (error: Error) => this.#fail(ofSystem(error)));
    socket.on("close", () => this.#end());
    // What is over already says so no more.
    if (socket.destroyed && socket.errored) this.#fail(ofSystem(socket.errored));
    if (socket.destroyed || socket.readableEnded) this.#end();
    // A socket that somebody paused, as a server with `pauseOnConnect` does, stays so when it gets a listener.
    else socket.resume();
  }

  get localAddr(): Address {
    return addressOf(this.#socket.localAddress, this.#socket.localPort);
  }

  get remoteAddr(): Address {
    return addressOf(this.#socket.remoteAddress, this.#socket.remotePort);
  }

  read(into: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#reads.push({ into, resolve, reject });
      this.#answer();
    });
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#socket.destroyed) return Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(ofSystem(error));
        else resolve(bytes.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.end(resolve);
      // A socket that is over may never call back.
      if (this.#failure || this.#socket.destroyed) resolve();
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  setNoDelay(noDelay = true): void {
    this.#socket.setNoDelay?.(noDelay);
  }

  #end(): void {
    this.#ended = true;
    this.#answer();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#answer();
  }

  #answer(): void {
    for (let read = this.#reads[0]; read !== undefined; read = this.#reads[0]) {
      const chunk = this.#chunks[0];
      if (chunk !== undefined) {
        const count = Math.min(chunk.length, read.into.length);
        read.into.set(chunk.subarray(0, count));
        if (count === chunk.length) this.#chunks.shift();
        else this.#chunks[0] = chunk.subarray(count);
        this.#held -= count;
        if (this.#held === 0) this.#socket.resume();
        read.resolve(count);
      } else if (this.#failure) read.reject(this.#failure);
      else if (this.#ended) read.resolve(null);
      else return;
      this.#reads.shift();
    }
  }
}

function addressOf(hostname: string | undefined, port: number | undefined): Address {
  if (hostname === undefined || port === undefined) return { transport: "unix", path: "socket" };
  return { transport: "tcp", hostname, port };
}

/** Returns the error that Deno has for what Node's error says, so that the kernel explains both alike. */
function ofSystem(error: Error): Error {
  const { code } = error as { code?: unknown };
  if (code === "ECONNRESET") return new Deno.errors.ConnectionReset(error.message);
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") {
    return new Deno.errors.BrokenPipe(error.message);
  }
  return error;
}
