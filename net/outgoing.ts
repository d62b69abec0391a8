import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import { LimitError } from "../codec/errors.ts";
import { releaseWriter, takeWriter } from "./buffers.ts";
import type { ConnectionCore } from "./connection_core.ts";
import { DeadlineError, explained } from "./errors.ts";
import { nextTurn } from "./turn.ts";
import { Watch, type WatchOwner } from "./watch.ts";

/** Above this many waiting bytes `send` makes its caller wait. */
export const HIGH_WATER_BYTES = 64 * 1024;
/** At this part of the high-water mark the waiting callers go on. */
const LOW_WATER = 1 / 4;

const SENT: Promise<void> = Promise.resolve();

interface Waiter {
  /** Goes on when no more than this many bytes wait. */
  below: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** The caller of `sendBytes`: its promise settles when the system has taken its bytes. */
interface Lender {
  resolve(): void;
  reject(error: unknown): void;
}

/** Bytes that nothing is added to any more. Without a lender the writer is ours, and goes back to the pool. */
interface Sealed {
  readonly writer: ByteWriter;
  readonly lender: Lender | undefined;
}

/** What {@linkcode Outgoing} is told beside its connection. */
export interface OutgoingOptions {
  maxQueuedBytes: number;
  writeMs: number;
}

/**
 * The half of a connection that sends. Messages are gathered in one buffer, which is written in one call at `flush`, or on
 * the next turn of the event loop.
 */
export class Outgoing<Out> implements WatchOwner {
  bytesSent = 0;
  readonly #core: ConnectionCore<Out>;
  #maxQueuedBytes: number;
  #writeMs: number;
  /** Made at the first write, because many connections only listen. */
  #watch: Watch | undefined;
  /** What was gathered since the last write began. */
  #writer: ByteWriter | undefined;
  /** Above this many queued bytes `send` waits. It is never above `maxQueuedBytes`. */
  #highWater: number;
  /** What is being written, and how many of its bytes the system has taken. */
  #writing: ByteWriter | undefined;
  #taken = 0;
  /** Who lent what is being written. */
  #lender: Lender | undefined;
  /** Goes out before `#writer`: lent bytes, and what was gathered before each of them. */
  #sealed: Sealed[] | undefined;
  #sealedBytes = 0;
  /** How many of the queued bytes were lent. They do not count against `maxQueuedBytes`. */
  #lentBytes = 0;
  #turnAsked = false;
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
    this.#core.fail(new DeadlineError("write", this.#writeMs));
  }

  /** Bytes that wait to be taken by the peer. */
  get queuedBytes(): number {
    return this.#inFlight + this.#sealedBytes + (this.#writer?.length ?? 0);
  }

  get #inFlight(): number {
    return this.#writing === undefined ? 0 : this.#writing.length - this.#taken;
  }

  send(message: Out, signal: AbortSignal | undefined): Promise<void> {
    const ended = this.#over ?? this.#closing;
    if (ended) return rejected(ended.error);
    if (signal?.aborted) return rejected(signal.reason);
    const writer = this.#writer ??= takeWriter();
    const before = writer.length;
    try {
      this.#core.session.encode(message, writer);
    } catch (error) {
      writer.length = before;
      return rejected(error);
    }
    const queued = this.#inFlight + this.#sealedBytes + writer.length;
    if (queued > this.#highWater) return this.#sendMuch(message, { before, signal });
    this.#core.tracer?.sent(message, writer.length - before);
    this.#askTurn();
    return SENT;
  }

  /** Lets the protocol say something of itself, behind what was sent before; it counts as what the program sends. */
  say(what: string, write: (writer: ByteWriter) => void): void {
    if (this.#over ?? this.#closing) return;
    const writer = this.#writer ??= takeWriter();
    const before = writer.length;
    try {
      write(writer);
    } catch (error) {
      writer.length = before;
      return this.#core.fail(error);
    }
    const length = writer.length - before;
    if (length === 0) {
      // Most often nothing is owed, and then a connection that only listens keeps no buffer.
      if (before > 0) return;
      this.#writer = undefined;
      return releaseWriter(writer);
    }
    const queued = this.queuedBytes - this.#lentBytes;
    if (queued > this.#maxQueuedBytes && queued > length) {
      return this.#core.fail(tooMuchQueued(queued, this.#maxQueuedBytes));
    }
    this.#core.tracer?.said(what, length);
    this.#askTurn();
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
    const gathered = this.#takeGathered();
    if (gathered) this.#seal({ writer: gathered, lender: undefined });
    const writer = new ByteWriter();
    writer.buffer = bytes;
    writer.length = bytes.length;
    this.#lentBytes += bytes.length;
    // The caller may change the bytes once they are sent, and a trace may keep them longer.
    this.#core.tracer?.sent(bytes.slice(), bytes.length);
    return new Promise((resolve, reject) => {
      this.#seal({ writer, lender: { resolve, reject } });
      this.flush();
    });
  }

  /** Begins to write what was gathered. */
  flush(): void {
    if (this.#writing || this.#over) return;
    const sealed = this.#sealed?.shift();
    if (sealed) this.#sealedBytes -= sealed.writer.length;
    const writer = sealed?.writer ?? this.#takeGathered();
    if (writer === undefined) return;
    this.#writing = writer;
    this.#lender = sealed?.lender;
    this.#taken = 0;
    this.#write(writer);
  }

  /** Settles when no more than `below` bytes wait. */
  drained(
    { below = 0, signal }: { below?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    if (this.#over) return rejected(this.#over.error);
    this.flush();
    if (this.queuedBytes <= below) return SENT;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        below,
        resolve() {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
        reject(error) {
          signal?.removeEventListener("abort", stop);
          reject(error);
        },
      };
      const stop = () => {
        this.#waiters = this.#waiters.filter((one) => one !== waiter);
        reject(signal?.reason);
      };
      this.#waiters.push(waiter);
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** Ends this half: nothing more is taken, and who waits hears the error. */
  end(error: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#watch?.clear();
    // The system may still read from these buffers, so they do not go back to the pool.
    this.#writer = this.#writing = undefined;
    this.#lender?.reject(error);
    for (const { lender } of this.#sealed ?? []) lender?.reject(error);
    this.#lender = this.#sealed = undefined;
    this.#sealedBytes = this.#lentBytes = 0;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  readonly #onTurn = () => {
    this.#turnAsked = false;
    this.flush();
  };

  #sendMuch(
    message: Out,
    { before, signal }: { before: number; signal: AbortSignal | undefined },
  ): Promise<void> {
    const writer = this.#writer!;
    const length = writer.length - before;
    const maxQueuedBytes = this.#maxQueuedBytes;
    // Lent bytes take no memory of ours, however long they are queued.
    const queued = this.queuedBytes - this.#lentBytes;
    if (queued > maxQueuedBytes && queued > length) {
      writer.length = before;
      const error = tooMuchQueued(queued, maxQueuedBytes);
      this.#core.fail(error);
      return rejected(error);
    }
    this.#core.tracer?.sent(message, length);
    const drained = this.drained({ below: this.#highWater * LOW_WATER, signal });
    drained.catch(ignore);
    return drained;
  }

  #askTurn(): void {
    if (this.#turnAsked || this.#writing) return;
    this.#turnAsked = true;
    nextTurn(this.#onTurn);
  }

  #startWatch(): void {
    this.#watch ??= new Watch(this, { ms: this.#writeMs, clock: this.#core.clock });
    this.#watch.start();
  }

  #takeGathered(): ByteWriter | undefined {
    const writer = this.#writer;
    if (writer === undefined || writer.length === 0) return undefined;
    this.#writer = undefined;
    return writer;
  }

  #seal(sealed: Sealed): void {
    (this.#sealed ??= []).push(sealed);
    this.#sealedBytes += sealed.writer.length;
  }

  /** Hands the system what it has not taken of the write that was begun. */
  #write(writer: ByteWriter): void {
    this.#startWatch();
    const bytes = writer.buffer.subarray(this.#taken, writer.length);
    try {
      this.#core.transport.write(bytes).then(this.#onWritten, this.#onWriteError);
    } catch (error) {
      this.#onWriteError(error);
    }
  }

  readonly #onWritten = (count: number): void => {
    const writer = this.#writing;
    if (writer === undefined) return;
    const { tracer } = this.#core;
    const start = this.#taken;
    this.#taken += count;
    this.bytesSent += count;
    if (this.#lender) this.#lentBytes -= count;
    tracer?.bytes("sent", writer.buffer.subarray(start, this.#taken));
    this.#core.touch();
    if (this.#taken < writer.length) {
      if (this.#waiters.length > 0) this.#wake();
      return this.#write(writer);
    }
    this.#watch?.stop();
    const lender = this.#lender;
    this.#writing = this.#lender = undefined;
    if (this.#waiters.length > 0) this.#wake();
    if (lender) lender.resolve();
    else releaseWriter(writer);
    this.flush();
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

function ignore(): void {}

/** Rejects without an unhandled rejection: a caller that does not await `send` hears of it at the end of the connection. */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(ignore);
  return promise;
}
