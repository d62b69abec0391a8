import type { Socket } from "node:net";
import { bun } from "../bun.ts";
import { askAgain } from "./ask_again.ts";

interface Waiting {
  readonly into: Uint8Array;
  resolve(count: number | null): void;
  reject(error: unknown): void;
}

/** Who a socket belongs to. */
export interface SocketOwner {
  /** An end is an end, and need not be looked at again. */
  readonly endIsCertain: boolean;
  /** It says why it failed each time when it is asked, and not once as the system does. */
  readonly failsAgain: boolean;
  /** Who waits for it keeps the process running. */
  readonly keepsProcess: boolean;
  /** Node would end the socket here. */
  socketFailed(error: Error | undefined): void;
  /** The peer has said that it sends no more. */
  socketEnded(): void;
}

/**
 * Reads a socket by pull. Node hands what arrives to the socket's `push`, and ends a socket that fails with its
 * `destroy`; both are taken over here. So bytes go straight into the buffer of who waits, the system keeps what nobody
 * waits for, and what the peer sent before it left can still be read after a write has failed.
 */
export class SocketReader {
  readonly #socket: Socket;
  readonly #owner: SocketOwner;
  /** What came and did not fit. Node then reads no more, though TLS hands out what it has read already. */
  readonly #rest: Uint8Array[] = [];
  #stopped = true;
  #ended = false;
  #askedAgain = false;
  /** Why reading failed, until somebody was told. */
  #failure: Error | undefined;
  readonly #waiting: Waiting[] = [];

  /** Takes over a socket that is not read yet. */
  constructor(socket: Socket, owner: SocketOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.push = (chunk: Uint8Array | null) => {
      if (chunk !== null) return this.#arrived(chunk);
      if (!this.#askedAgain && !owner.endIsCertain) {
        this.#askedAgain = true;
        if (askAgain(socket)) return true;
      }
      owner.socketEnded();
      return false;
    };
    socket.destroy = (error?: Error) => {
      owner.socketFailed(error);
      return socket;
    };
    // Bun takes a reset for an end where nobody listens.
    socket.on("error", ignore);
  }

  /** Reads up to as many bytes as fit; null is the end. */
  read(into: Uint8Array): Promise<number | null> {
    if (this.#rest.length > 0) return Promise.resolve(this.#take(this.#rest.shift()!, into));
    if (this.#failure) return Promise.reject(this.takeFailure());
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ into, resolve, reject });
      if (this.#stopped) this.#start();
    });
  }

  /** Nothing more will come. The system says why once, to whoever asks first; the others hear of the end. */
  fail(error: Error): void {
    this.#failure = error;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      const failure = this.takeFailure();
      if (failure) reject(failure);
      else resolve(null);
    }
    this.#ended = true;
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(null);
  }

  /** Says whether a read waits for the peer. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** Returns why reading failed, where somebody still has to be told. */
  takeFailure(): Error | undefined {
    const failure = this.#failure;
    if (failure !== undefined && !this.#owner.failsAgain) this.#failure = undefined;
    return failure;
  }

  /** Ends the wait of everybody. */
  interrupt(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Gives the socket back to Node; what was not read is the first that it will read. */
  release(): void {
    // Both were put on the socket itself, in front of what its class has.
    Reflect.deleteProperty(this.#socket, "push");
    Reflect.deleteProperty(this.#socket, "destroy");
    this.#socket.off("error", ignore);
    for (let rest; (rest = this.#rest.pop()) !== undefined;) this.#socket.unshift(rest);
  }

  /** Gives the bytes to who waits, and says whether Node shall read on. */
  #arrived(chunk: Uint8Array): boolean {
    const waiting = this.#waiting;
    if (waiting.length === 1 && this.#rest.length === 0) {
      // By far the most arrive for the one who waits.
      const { into, resolve } = waiting.pop()!;
      if (chunk.length <= into.length) {
        into.set(chunk);
        resolve(chunk.length);
        return true;
      }
      resolve(this.#take(chunk, into));
    } else {
      this.#rest.push(chunk);
      while (this.#rest.length > 0 && waiting.length > 0) {
        const { into, resolve } = waiting.shift()!;
        resolve(this.#take(this.#rest.shift()!, into));
      }
      if (this.#rest.length === 0) return true;
    }
    this.#stopped = true;
    return false;
  }

  /** Copies what fits, and keeps the rest. */
  #take(chunk: Uint8Array, into: Uint8Array): number {
    const count = Math.min(chunk.length, into.length);
    into.set(count === chunk.length ? chunk : chunk.subarray(0, count));
    if (count < chunk.length) this.#rest.unshift(chunk.subarray(count));
    return count;
  }

  #start(): void {
    this.#stopped = false;
    this.#socket._read(0);
    // Bun lets the process end while TLS is read on a socket that was paused before.
    if (bun && this.#owner.keepsProcess) this.#socket.ref();
  }
}

function ignore(): void {}
