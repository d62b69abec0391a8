import type { ByteWriter } from "../codec/bytes/byte_writer.ts";
import { detach, giveBack, RECYCLED_MIN_BYTES } from "../codec/bytes/memory.ts";
import { LimitError } from "../codec/errors.ts";
import { onAbort } from "./abort_listener.ts";
import type { ConnectionCore } from "./connection_core.ts";
import type { SendOptions, TrySendOptions } from "./connection_options.ts";
import { DeadlineError, explained } from "./errors.ts";
import { forgettable, rejected } from "./rejection.ts";
import { safeListener } from "./safe_listener.ts";
import type { SharedBytes } from "./shared_bytes.ts";
import { Watch, type WatchOwner } from "./watch.ts";
import { bytesOf, Loan, type Outbound, releaseOutbound, WriteQueue } from "./write_queue.ts";
import {
  mayWriteNow,
  turnNotNeeded,
  type TurnWriter,
  writeAfterReads,
  writeNextTurn,
} from "./write_turns.ts";

/** Above this many waiting bytes `send` makes its caller wait. */
export const HIGH_WATER_BYTES = 64 * 1024;
/** At this part of the high-water mark the waiting callers go on. */
const LOW_WATER = 1 / 4;
/** From here on a message that was given away is written from where it stands. */
const LOAN_MIN_BYTES = 64 * 1024;
/** So much of it goes out with its head, so that no packet has the head alone. */
const BESIDE_HEAD_BYTES = 16 * 1024;

const SENT: Promise<void> = Promise.resolve();

interface Waiter {
  /** Goes on when no more than this many bytes wait. */
  below: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** What {@linkcode Outgoing} is told beside its connection. */
export interface OutgoingOptions {
  maxQueuedBytes: number;
  writeMs: number;
}

/**
 * The half of a connection that sends. Messages are gathered in one buffer, which is written in one call when the program
 * waits for the peer, or on the next turn of the event loop.
 */
export class Outgoing<Out> implements WatchOwner, TurnWriter {
  bytesSent = 0;
  /** Hears that few bytes wait again, after `trySend` had to refuse some. */
  onLowWater: (() => void) | undefined;
  readonly #core: ConnectionCore<Out>;
  #maxQueuedBytes: number;
  #writeMs: number;
  /** Made at the first write, because many connections only listen. */
  #watch: Watch | undefined;
  /** Above this many queued bytes `send` waits. It is never above `maxQueuedBytes`. */
  #highWater: number;
  readonly #queue = new WriteQueue();
  /** What is being written, and how many of its bytes the system has taken. */
  #writing: Outbound | undefined;
  #taken = 0;
  /** How many of the queued bytes were lent. They do not count against `maxQueuedBytes`. */
  #lentBytes = 0;
  #turnAsked = false;
  /** `trySend` has refused something because too much waits. */
  #wasFull = false;
  #waiters: Waiter[] = [];
  #over: { error: unknown } | undefined;
  /** A close has begun: what is sent now is refused, and what is queued still goes out. */
  #closing: { error: unknown } | undefined;

  constructor(core: ConnectionCore<Out>, { maxQueuedBytes, writeMs }: OutgoingOptions) {
    this.#core = core;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#highWater = Math.min(HIGH_WATER_BYTES, maxQueuedBytes);
    this.#writeMs = writeMs;
  }

  /** Goes by other limits from now on; a write that is under way keeps its deadline. */
  reconfigure({ maxQueuedBytes, writeMs }: OutgoingOptions): void {
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#highWater = Math.min(HIGH_WATER_BYTES, maxQueuedBytes);
    if (writeMs === this.#writeMs) return;
    this.#writeMs = writeMs;
    const before = this.#watch;
    if (!before) return;
    this.#watch = undefined;
    before.clear();
    if (this.#writing) this.#startWatch();
  }

  /** The peer took no byte in time. */
  passed(): void {
    const peer = this.#core.transport.remoteAddr;
    this.#core.fail(new DeadlineError("write", this.#writeMs, { peer }));
  }

  /** Bytes that wait to be taken by the peer. */
  get queuedBytes(): number {
    const writing = this.#writing;
    return this.#queue.bytes + (writing === undefined ? 0 : writing.length - this.#taken);
  }

  send(message: Out, { signal, transfer = false }: SendOptions): Promise<void> {
    const ended = this.#over ?? this.#closing;
    if (ended) return rejected(ended.error);
    if (signal?.aborted) return rejected(signal.reason);
    if (transfer && this.#core.session.encodeHead) return this.#transfer(message, signal);
    const { writer } = this.#queue;
    const before = writer.length;
    try {
      this.#core.session.encode(message, writer);
    } catch (error) {
      writer.length = before;
      return rejected(error);
    }
    const length = writer.length - before;
    if (this.queuedBytes > this.#highWater) {
      const full = this.#tooMuch(length);
      if (full) {
        writer.length = before;
        return this.#failed(full);
      }
      this.#core.tracer?.sent(message, length);
      return this.#lowWater(signal);
    }
    this.#core.tracer?.sent(message, length);
    this.askTurn();
    return SENT;
  }

  /** Takes bytes that many share, and waits for nothing; false says that nothing was taken. */
  trySend(
    shared: SharedBytes,
    { maxQueuedBytes = this.#maxQueuedBytes }: TrySendOptions = {},
  ): boolean {
    if (this.#over ?? this.#closing) return false;
    const queued = this.queuedBytes;
    const max = Math.min(maxQueuedBytes, this.#maxQueuedBytes);
    if (queued > 0 && queued - this.#lentBytes + shared.length > max) {
      this.#wasFull = true;
      return false;
    }
    this.#core.tracer?.sent(shared.buffer, shared.length);
    if (queued === 0 && shared.length > 0 && mayWriteNow()) this.#begin(shared);
    else {
      this.#queue.push(shared);
      this.askTurn();
    }
    return true;
  }

  /** Lets the protocol say something of itself, behind what was sent before; it counts as what the program sends. */
  say(what: string, write: (writer: ByteWriter) => void): void {
    if (this.#over ?? this.#closing) return;
    const { writer } = this.#queue;
    const before = writer.length;
    try {
      write(writer);
    } catch (error) {
      writer.length = before;
      return this.#core.fail(error);
    }
    const length = writer.length - before;
    if (length === 0) return this.#queue.releaseEmpty();
    const full = this.#tooMuch(length);
    if (full) return this.#core.fail(full);
    this.#core.tracer?.said(what, length);
    this.askTurn();
  }

  /** Takes nothing more: what is sent from now on is refused with `error`, and what waits goes out. */
  stopTaking(error: unknown): void {
    this.#closing ??= { error };
  }

  /** Writes bytes as they are, behind what was sent before; settles when the system has taken them. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const ended = this.#over ?? this.#closing;
    if (ended) return rejected(ended.error);
    if (bytes.length === 0) return this.drained();
    this.#lentBytes += bytes.length;
    // The caller may change the bytes once they are sent, and a trace may keep them longer.
    this.#core.tracer?.sent(bytes.slice(), bytes.length);
    return forgettable(
      new Promise((resolve, reject) => {
        this.#queue.push(new Loan(bytes, { resolve, reject }));
        this.flush();
      }),
    );
  }

  /** Begins to write what waits; false says that nothing was begun. */
  flush(): boolean {
    this.#forgetTurn();
    if (this.#writing || this.#over) return false;
    const next = this.#queue.shift();
    if (next === undefined) return false;
    this.#begin(next);
    return true;
  }

  /** Begins to write what waits, once everybody who had something to read has had it. */
  flushAfterReads(): void {
    if (!this.#writing && this.#queue.bytes > 0) writeAfterReads(this);
  }

  /** Settles when no more than `below` bytes wait. */
  drained(
    { below = 0, signal }: { below?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    if (this.#over) return rejected(this.#over.error);
    this.flush();
    if (this.queuedBytes <= below) return SENT;
    return forgettable(
      new Promise((resolve, reject) => {
        const waiter: Waiter = {
          below,
          resolve() {
            endListening();
            resolve();
          },
          reject(error) {
            endListening();
            reject(error);
          },
        };
        this.#waiters.push(waiter);
        const endListening = onAbort(signal, () => {
          this.#waiters = this.#waiters.filter((one) => one !== waiter);
          reject(signal?.reason);
        });
      }),
    );
  }

  /** Ends this half: nothing more is taken, and who waits hears the error. */
  end(error: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#forgetTurn();
    this.#watch?.clear();
    // The system may still read from what is being written, so it goes back to nobody.
    const writing = this.#writing;
    this.#writing = this.onLowWater = undefined;
    if (writing instanceof Loan) writing.lender?.reject(error);
    this.#queue.clear(error);
    this.#lentBytes = 0;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Sends a message whose memory its owner gives away. */
  #transfer(message: Out, signal: AbortSignal | undefined): Promise<void> {
    const { session, tracer } = this.#core;
    const { writer } = this.#queue;
    const before = writer.length;
    let body: Uint8Array;
    try {
      body = session.encodeHead!(message, writer);
    } catch (error) {
      writer.length = before;
      return rejected(error);
    }
    const length = writer.length - before + body.length;
    const full = this.#tooMuch(length, body.length);
    if (full) {
      writer.length = before;
      return this.#failed(full);
    }
    // A trace may keep what it is shown.
    if (tracer) tracer.sent(message instanceof Uint8Array ? message.slice() : message, length);
    if (body.length > 0) this.#take(body, writer);
    this.askTurn();
    return this.queuedBytes > this.#highWater ? this.#lowWater(signal) : SENT;
  }

  /** Writes bytes that were given away: copied where they are few, from where they stand where they are many. */
  #take(body: Uint8Array, writer: ByteWriter): void {
    const { buffer, byteOffset, length } = body;
    if (length < LOAN_MIN_BYTES) {
      writer.bytes(body);
      const memory = length < RECYCLED_MIN_BYTES ? undefined : detach(buffer);
      if (memory) giveBack(memory);
      return;
    }
    const memory = detach(buffer);
    if (!memory) return writer.bytes(body);
    const head = new Uint8Array(memory, byteOffset, BESIDE_HEAD_BYTES);
    writer.bytes(head);
    const rest = length - BESIDE_HEAD_BYTES;
    this.#queue.push(new Loan(new Uint8Array(memory, byteOffset + BESIDE_HEAD_BYTES, rest)));
  }

  /** Returns the error where a message of `length` bytes, `missing` of which come yet, is too much; alone it never is. */
  #tooMuch(length: number, missing = 0): LimitError | undefined {
    // Lent bytes take no memory of ours, however long they are queued.
    const queued = this.queuedBytes - this.#lentBytes + missing;
    if (queued <= this.#maxQueuedBytes || queued <= length) return undefined;
    return tooMuchQueued(queued, this.#maxQueuedBytes);
  }

  #failed(error: LimitError): Promise<never> {
    this.#core.fail(error);
    return rejected(error);
  }

  #lowWater(signal: AbortSignal | undefined): Promise<void> {
    return this.drained({ below: this.#highWater * LOW_WATER, signal });
  }

  /** Lets what waits be written on the next turn, unless it is before. */
  askTurn(): void {
    if (this.#turnAsked || this.#writing) return;
    this.#turnAsked = true;
    writeNextTurn(this);
  }

  #forgetTurn(): void {
    if (!this.#turnAsked) return;
    this.#turnAsked = false;
    turnNotNeeded();
  }

  #startWatch(): void {
    this.#watch ??= new Watch(this, { ms: this.#writeMs, clock: this.#core.clock });
    this.#watch.start();
  }

  #begin(next: Outbound): void {
    this.#writing = next;
    this.#taken = 0;
    this.#write(next);
  }

  /** Hands the system what it has not taken of the write that was begun. */
  #write(piece: Outbound): void {
    this.#startWatch();
    const isWhole = this.#taken === 0;
    const bytes = isWhole ? bytesOf(piece) : piece.buffer.subarray(this.#taken, piece.length);
    let writing: Promise<number>;
    try {
      writing = this.#core.transport.write(bytes);
    } catch (error) {
      writing = Promise.reject(error);
    }
    writing.then(this.#onWritten, this.#onWriteError);
  }

  readonly #onWritten = (count: number): void => {
    const writing = this.#writing;
    if (writing === undefined) return;
    const { tracer } = this.#core;
    const start = this.#taken;
    this.#taken += count;
    this.bytesSent += count;
    if (writing instanceof Loan && writing.lender) this.#lentBytes -= count;
    tracer?.bytes("sent", writing.buffer.subarray(start, this.#taken));
    this.#core.touch();
    if (this.#taken < writing.length) {
      if (this.#waiters.length > 0) this.#wake();
      return this.#write(writing);
    }
    this.#watch?.stop();
    this.#writing = undefined;
    if (this.#waiters.length > 0) this.#wake();
    releaseOutbound(writing);
    this.flush();
    if (this.#wasFull) this.#tellLowWater();
  };

  readonly #onWriteError = (error: unknown): void => {
    // What the peer sent before can still be read, so only this half ends.
    this.end(explained("send", error));
  };

  #wake(): void {
    const queued = this.queuedBytes;
    const waiting = this.#waiters;
    this.#waiters = waiting.filter(({ below }) => queued > below);
    for (const waiter of waiting) if (queued <= waiter.below) waiter.resolve();
  }

  #tellLowWater(): void {
    if (this.queuedBytes > this.#highWater * LOW_WATER) return;
    this.#wasFull = false;
    safeListener(this.onLowWater, { name: "onLowWater" })();
  }
}

function tooMuchQueued(got: number, max: number): LimitError {
  return new LimitError("Cannot queue message", {
    limit: "maxQueuedBytes",
    max,
    got,
    unit: "bytes",
    side: "local",
  });
}
