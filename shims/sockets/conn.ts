import type { Socket } from "node:net";
import type { SocketAddresses } from "./address.ts";
import { readableOf, writableOf } from "./conn_streams.ts";
import { UnexpectedEof } from "../errors/error_classes.ts";
import { badResource, fromNode, interrupted } from "../errors/errors.ts";
import { type SocketOwner, SocketReader } from "./socket_reader.ts";
import { SocketWriter } from "./socket_writer.ts";
import type { Addr, Conn, NetAddr, TcpConn } from "../types.ts";

/** A closed connection has this long to say so to its peer. */
const END_MS = 10_000;

/** A connected socket of Node, as Deno gives it. */
export class SocketConn<A extends Addr = Addr> implements Conn<A>, SocketOwner {
  readonly localAddr: A;
  readonly remoteAddr: A;
  readonly #socket: Socket;
  readonly #reader: SocketReader;
  readonly #writer: SocketWriter;
  #closed = false;
  #keepsProcess = true;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array<ArrayBufferLike>> | undefined;

  /** Takes over a socket that is connected, and that nobody has read from. */
  constructor(socket: Socket, { localAddr, remoteAddr }: SocketAddresses<A>) {
    this.localAddr = localAddr;
    this.remoteAddr = remoteAddr;
    this.#socket = socket;
    this.#reader = new SocketReader(socket, this);
    this.#writer = new SocketWriter(socket);
  }

  /** The end of a socket may be a reset. */
  get endIsCertain(): boolean {
    return false;
  }

  /** The system says once why a socket failed. */
  get failsAgain(): boolean {
    return false;
  }

  /** Who waits for it keeps the process running, unless `unref` was called. */
  get keepsProcess(): boolean {
    return this.#keepsProcess;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (into.length === 0) return Promise.resolve(0);
    if (this.#closed) return Promise.reject(badResource());
    return this.#reader.read(into);
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#closed) return Promise.reject(badResource());
    if (!ArrayBuffer.isView(bytes)) {
      return Promise.reject(new TypeError("expected typed ArrayBufferView"));
    }
    // What is told each time is the reader's alone.
    const failure = this.failsAgain ? undefined : this.#reader.takeFailure();
    return failure ? Promise.reject(failure) : this.#writer.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#closed ? Promise.reject(badResource()) : this.#writer.closeWrite();
  }

  close(): void {
    const polite = !this.#writer.waits && this.canEnd;
    const socket = this.release();
    socket.on("error", ignore);
    if (!polite || !socket.writable) {
      socket.destroy();
      return;
    }
    // The end is said before, so that what we leave unread is no reset for the peer. TLS may have to wait for that.
    const cut = setTimeout(() => socket.destroy(), END_MS).unref();
    this.sayEnd(socket, () => {
      clearTimeout(cut);
      socket.destroy();
    });
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.close();
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(this);
  }

  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#writable ??= writableOf(this);
  }

  ref(): void {
    this.#keepsProcess = true;
    this.#socket.ref();
  }

  unref(): void {
    this.#keepsProcess = false;
    this.#socket.unref();
  }

  /** Ends this connection, and gives its socket with what was not read yet to who goes on with it. */
  release(): Socket {
    const socket = this.openSocket;
    this.#closed = true;
    this.#reader.interrupt(interrupted());
    this.#writer.interrupt(interrupted());
    this.#reader.release();
    return socket;
  }

  /** Nobody can use it any more. */
  protected get closed(): boolean {
    return this.#closed;
  }

  /** Says to the peer that nothing more comes, and calls `said` when the system has that. */
  protected sayEnd(socket: Socket, said: () => void): void {
    socket.end(said);
  }

  /** Says whether an end can be said to the peer. */
  protected get canEnd(): boolean {
    return true;
  }

  /** The socket. @throws {BadResource} It is closed. */
  protected get openSocket(): Socket {
    if (this.#closed) throw badResource();
    return this.#socket;
  }

  /** Node would end the socket here. What can still be read is read: that it is over, a failed read says alone. */
  socketFailed(error: Error | undefined): void {
    const mapped = this.mapped(error);
    const told = this.#writer.waits && !this.#reader.waits;
    this.#writer.fail(mapped);
    if (isWriteError(error)) return;
    if (told) this.#reader.end();
    else this.#reader.fail(mapped);
  }

  /** The peer has said that it sends no more. */
  socketEnded(): void {
    this.#reader.end();
  }

  /** Gives back what the system has of it; the connection itself is still to be closed. */
  protected destroySocket(): void {
    this.#reader.release();
    this.#socket.on("error", ignore).destroy();
  }

  /** Returns what Deno would say of an error. */
  protected mapped(error: Error | undefined): Error {
    return error ? fromNode(error) : new UnexpectedEof("unexpected end of file");
  }
}

/** A connection over TCP. */
export class SocketTcpConn extends SocketConn<NetAddr> implements TcpConn {
  setNoDelay(noDelay = true): void {
    this.openSocket.setNoDelay(noDelay);
  }

  setKeepAlive(keepAlive = true): void {
    this.openSocket.setKeepAlive(keepAlive);
  }
}

function isWriteError(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === "write" || error?.syscall === "shutdown";
}

function ignore(): void {}
