import type { Socket } from "node:net";
import { fromCode, fromNode } from "../errors/errors.ts";

/**
 * Bytes that go to Node at a time. What Node has taken it does not give back, so a peer that reads slowly is seen to
 * make progress in steps of this size.
 */
const SLICE_BYTES = 64 * 1024;

/** What is written to hear when all before it is. */
const NOTHING = new Uint8Array(0);

/** Writes a socket: a write has settled when the system has the bytes that it counts. */
export class SocketWriter {
  readonly #socket: Socket;
  #failed = false;
  #interruption: Error | undefined;
  #ended = false;
  /** Ends the wait of who writes now. */
  #settle: ((failure: Error | undefined) => void) | undefined;
  /** Settles when everybody who asked before has had their turn. */
  #turn: Promise<unknown> | undefined;

  /** Writes to a socket that nobody else writes to. */
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Writes some of the bytes, and says how many; behind the writes before it. */
  write(bytes: Uint8Array): Promise<number> {
    if (this.#turn) return this.#inTurn(() => this.#write(bytes));
    const written = this.#write(bytes);
    return this.#settle ? this.#hold(written) : written;
  }

  /** Says that no more will be written, behind the writes before it; it cannot fail where writing could. */
  closeWrite(): Promise<void> {
    if (this.#turn) return this.#inTurn(() => this.#closeWrite());
    return this.#hold(this.#closeWrite());
  }

  /** Nothing more can be written: who waits hears the error, and who asks next that nobody reads. */
  fail(error: Error): void {
    this.#failed = true;
    this.#settle?.(error);
  }

  /** Ends the wait of everybody. */
  interrupt(error: Error): void {
    this.#interruption = error;
    this.#settle?.(error);
  }

  /** Says whether a write waits for the peer. */
  get waits(): boolean {
    return this.#settle !== undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#hold(this.#turn!.then(work, work));
  }

  /** Lets nobody write before this has settled. */
  #hold<T>(work: Promise<T>): Promise<T> {
    this.#turn = work;
    const release = () => {
      if (this.#turn === work) this.#turn = undefined;
    };
    work.then(release, release);
    return work;
  }

  #write(bytes: Uint8Array): Promise<number> {
    if (this.#interruption) return Promise.reject(this.#interruption);
    if (this.#failed || this.#ended) return Promise.reject(fromCode("EPIPE"));
    const socket = this.#socket;
    let taken = 0;
    while (taken < bytes.length) {
      const end = Math.min(bytes.length, taken + SLICE_BYTES);
      const whole = taken === 0 && end === bytes.length;
      // Without a callback, which would cost as much as the write.
      socket.write(whole ? bytes : bytes.subarray(taken, end));
      taken = end;
      if (socket.errored) {
        this.#failed = true;
        return Promise.reject(fromNode(socket.errored));
      }
      if (socket.writableLength > 0) {
        socket.write(NOTHING, this.#confirmed);
        return this.#wait().then(() => taken);
      }
      // Nothing is left with Node: the system has it all, and the bytes are the caller's again.
    }
    return Promise.resolve(taken);
  }

  async #closeWrite(): Promise<void> {
    if (this.#interruption) throw this.#interruption;
    if (this.#failed || this.#ended) return;
    this.#ended = true;
    this.#socket.end(this.#confirmed);
    try {
      await this.#wait();
    } catch {
      // The peer is gone, so it needs no end.
      if (this.#interruption) throw this.#interruption;
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (failure) => {
        this.#settle = undefined;
        if (failure) reject(failure);
        else resolve();
      };
    });
  }

  readonly #confirmed = (error?: Error | null) => {
    if (error) this.fail(fromNode(error));
    else this.#settle?.(undefined);
  };
}
