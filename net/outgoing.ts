import { type ByteWriter, encodeInto, LimitError } from "../codec/mod.ts";
import { releaseWriter, takeWriter } from "./buffers.ts";
import type { Duplex } from "./duplex.ts";
import { DeadlineError } from "./errors.ts";
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

/** What {@linkcode Outgoing} is told beside its connection. */
export interface OutgoingOptions {
  maxQueuedBytes: number;
  writeMs: number;
}

/** The half of a connection that sends: messages are gathered, and written in one call when somebody says so. */
export class Outgoing<Out> implements WatchOwner {
  bytesSent = 0;
  readonly #duplex: Duplex<unknown, Out>;
  readonly #maxQueuedBytes: number;
  readonly #writeMs: number;
  /** Made with the first write: many connections never write, or not yet. */
  #watch: Watch | undefined;
  /** What was gathered since the last write began. */
  #writer: ByteWriter | undefined;
  /** Above this many waiting bytes `send` waits; no higher than the limit. */
  readonly #highWater: number;
  /** What is being written, and how many of its bytes the system has taken. */
  #writing: ByteWriter | undefined;
  #taken = 0;
  #turnAsked = false;
  #waiters: Waiter[] = [];
  #over: { error: unknown } | undefined;

  constructor(duplex: Duplex<unknown, Out>, options: OutgoingOptions) {
    this.#duplex = duplex;
    this.#maxQueuedBytes = options.maxQueuedBytes;
    this.#highWater = Math.min(HIGH_WATER_BYTES, options.maxQueuedBytes);
    this.#writeMs = options.writeMs;
  }

  /** The peer took no byte in time. */
  passed(): void {
    this.#duplex.fail(new DeadlineError("write", this.#writeMs));
  }

  /** Bytes that wait to be taken by the peer. */
  get queuedBytes(): number {
    return this.#inFlight + (this.#writer?.length ?? 0);
  }

  get #inFlight(): number {
    return this.#writing === undefined ? 0 : this.#writing.length - this.#taken;
  }

  send(message: Out, signal: AbortSignal | undefined): Promise<void> {
    if (this.#over) return rejected(this.#over.error);
    if (signal?.aborted) return rejected(signal.reason);
    const writer = this.#writer ??= takeWriter();
    const before = writer.length;
    try {
      encodeInto(this.#duplex.codec, { message, writer });
    } catch (error) {
      return rejected(error);
    }
    const queued = this.#inFlight + writer.length;
    if (queued > this.#highWater) return this.#sendMuch(message, { before, signal });
    this.#duplex.tracer?.sent(message, writer.length - before);
    if (!this.#turnAsked && !this.#writing) {
      this.#turnAsked = true;
      nextTurn(this.#onTurn);
    }
    return SENT;
  }

  /** Begins to write what was gathered. */
  flush(): void {
    if (this.#writing || this.#writer === undefined || this.#over) return;
    if (this.#writer.length === 0) return;
    this.#writing = this.#writer;
    this.#writer = undefined;
    this.#taken = 0;
    this.#write(this.#writing);
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
    // The system may still look at what is being written, so it goes to nobody else.
    this.#writer = this.#writing = undefined;
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
    const queued = this.queuedBytes;
    if (queued > maxQueuedBytes && queued > length) {
      writer.length = before;
      const error = new LimitError("Cannot queue message", {
        limit: "maxQueuedBytes",
        max: maxQueuedBytes,
        got: queued,
        unit: "bytes",
        side: "local",
      });
      this.#duplex.fail(error);
      return rejected(error);
    }
    this.#duplex.tracer?.sent(message, length);
    const drained = this.drained({ below: this.#highWater * LOW_WATER, signal });
    drained.catch(ignore);
    return drained;
  }

  /** Hands the system what it has not taken of the write that was begun. */
  #write(writer: ByteWriter): void {
    const { transport, clock } = this.#duplex;
    this.#watch ??= new Watch(this, { ms: this.#writeMs, clock });
    this.#watch.start();
    const bytes = writer.buffer.subarray(this.#taken, writer.length);
    try {
      transport.write(bytes).then(this.#onWritten, this.#onWriteError);
    } catch (error) {
      this.#onWriteError(error);
    }
  }

  readonly #onWritten = (count: number): void => {
    const writer = this.#writing;
    if (writer === undefined) return;
    const { tracer, incoming } = this.#duplex;
    const start = this.#taken;
    this.#taken += count;
    this.bytesSent += count;
    tracer?.bytes("sent", writer.buffer.subarray(start, this.#taken));
    incoming.touch();
    if (this.#waiters.length > 0) this.#wake();
    if (this.#taken < writer.length) return this.#write(writer);
    this.#watch?.stop();
    this.#writing = undefined;
    releaseWriter(writer);
    this.flush();
  };

  readonly #onWriteError = (error: unknown): void => {
    // What the peer sent before it left is still to be read, so only this half is over.
    this.end(this.#duplex.explained("send", error));
  };

  #wake(): void {
    const queued = this.queuedBytes;
    const waiting = this.#waiters;
    this.#waiters = waiting.filter(({ below }) => queued > below);
    for (const waiter of waiting) if (queued <= waiter.below) waiter.resolve();
  }
}

function ignore(): void {}

/** A rejection that nobody has to look at: who does not wait for `send` learns of it from the connection's end. */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(ignore);
  return promise;
}
