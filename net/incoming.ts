import type { Session } from "../codec/codec.ts";
import { ProtocolError } from "../codec/errors.ts";
import type { CancelWait } from "./clock.ts";
import type { ConnectionCore } from "./connection_core.ts";
import type { PeekOptions } from "./connection_options.ts";
import { requireWaitMs } from "./deadlines.ts";
import { closedHere, DeadlineError } from "./errors.ts";
import { MessageQueue } from "./message_queue.ts";
import { Reader, type ReaderOwner } from "./reader.ts";
import { type ReceiveRate, TokenBucket } from "./token_bucket.ts";
import { afterPoll, nextTurn } from "./turn.ts";
import { alreadyWaiting, sentAhead, type Taker, type Waiter } from "./waiter.ts";
import { Watch, type WatchOwner } from "./watch.ts";

/** What {@linkcode Incoming} is told beside its connection. */
export interface IncomingOptions<In> {
  session: Session<In, never>;
  idleMs: number;
  gapMs: number;
  rate: ReceiveRate | undefined;
}

const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };

/**
 * The half of a connection that receives. It reads only while somebody waits for a message, so that a slow program slows
 * the peer down; a session that owes answers reads on a little, so that a slow program does not keep them back.
 */
export class Incoming<In> implements WatchOwner, ReaderOwner {
  /** The peer has said that it will send no more. */
  ended = false;
  readonly #core: ConnectionCore<never>;
  #idleMs: number;
  #idle: Watch;
  #gap: Watch | undefined;
  readonly #reader: Reader;
  readonly #messages: TokenBucket | undefined;
  #session: Session<In, never>;
  #waiter: Waiter<In> | undefined;
  #taker: Taker | undefined;
  /** Messages that were decoded before anybody asked for them; made where the session owes answers. */
  #ahead: MessageQueue<In> | undefined;
  #over: { error: unknown } | undefined;
  #draining = false;
  /** Set while what comes is only read to be dropped; called at the end. */
  #lingering: (() => void) | undefined;
  /** Stops the wait until the peer's message rate allows the next message. */
  #cancelMessagePause: CancelWait | undefined;
  /** Stops the wait for what has arrived, at a drain. */
  #cancelPoll: CancelWait | undefined;
  /** Bytes that were decoded by the codecs before this one. */
  #codecStart = 0;

  constructor(core: ConnectionCore<never>, options: IncomingOptions<In>) {
    const { session, idleMs, gapMs, rate } = options;
    const { clock } = core;
    this.#core = core;
    this.#session = session;
    this.#idleMs = idleMs;
    this.#idle = new Watch(this, { ms: idleMs, clock });
    this.#gap = this.#gapWatch(gapMs);
    const { bytesPerSecond, messagesPerSecond } = rate ?? {};
    this.#reader = new Reader(this, { transport: core.transport, clock, bytesPerSecond });
    if (messagesPerSecond !== undefined) {
      this.#messages = new TokenBucket(messagesPerSecond, clock.now());
    }
    if (session.answer) this.#ahead = new MessageQueue();
  }

  /** Bytes that came in. */
  get bytesReceived(): number {
    return this.#reader.bytesReceived;
  }

  /** One of the watches ran out. */
  passed(watch: Watch): void {
    if (watch === this.#gap) this.#onGap();
    else this.#core.fail(new DeadlineError("idle", this.#idleMs));
  }

  next(): Promise<IteratorResult<In, undefined>> {
    if (this.#waiter || this.#taker) return alreadyWaiting();
    if (this.#over || this.#lingering) return this.#isOver();
    const delay = this.#messages?.delay(this.#core.clock.now()) ?? 0;
    if (delay === 0) {
      try {
        const message = this.#take();
        if (message !== undefined) return Promise.resolve({ done: false, value: message });
      } catch (error) {
        return Promise.reject(error);
      }
    }
    // What the protocol had to answer may have ended the connection.
    if (this.#over) return this.#isOver();
    this.#core.flushSent();
    if (this.ended && delay === 0) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      if (delay > 0) return this.#pause(delay);
      this.#gap?.start();
      this.#read();
      if (this.#draining) this.#endSoon();
    });
  }

  /** Reads a piece of the body that the last message announced; 0 says that it is over. */
  readBody(into: Uint8Array): Promise<number> {
    if (into.length === 0) {
      return Promise.reject(new TypeError("Cannot read a body into 0 bytes"));
    }
    return this.#takeWhenThere<number>({
      into,
      attempt: () => {
        const { decoder } = this.#session;
        const count = decoder.takeBody?.(into) ?? 0;
        return count > 0 || !decoder.inBody ? { value: count } : undefined;
      },
    });
  }

  /** Looks at what comes first without taking it: `count` bytes, or fewer where the stream ends before. */
  async peek(
    count: number,
    { waitMs = Infinity, signal }: PeekOptions,
  ): Promise<Uint8Array> {
    requireWaitMs("waitMs", waitMs);
    signal?.throwIfAborted();
    const { decoder } = this.#session;
    if (!decoder.peek) throw new TypeError("Cannot peek: the codec's decoder has no peek()");
    const found = this.#takeWhenThere<Uint8Array>({
      attempt: () => {
        const bytes = decoder.peek!(count);
        return bytes.length >= count || this.ended ? { value: bytes } : undefined;
      },
    });
    const cancel = this.#core.clock.wait(waitMs, () => {
      this.#withdrawTaker()?.reject(new DeadlineError("receive", waitMs));
    });
    const stop = () => this.#withdrawTaker()?.reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await found;
    } finally {
      cancel();
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Takes back a pending `next()`, for the caller to settle. A read that is pending goes on, and nothing it brings is lost. */
  withdraw(): Waiter<In> | undefined {
    const waiter = this.#waiter;
    if (!waiter) return undefined;
    this.#waiter = undefined;
    this.#idle.stop();
    this.#gap?.stop();
    return waiter;
  }

  /** Returns the next message that is whole, and undefined where there is none yet. */
  takeWhole(): In | undefined {
    // A closed connection drops what it reads into the buffer that the decoder may look at, so it is not asked again.
    return this.#over || this.#lingering ? undefined : this.#take();
  }

  /** Returns the next message, or counts what came of it so far as all of it. */
  flushPartial(): In | undefined {
    const whole = this.takeWhole();
    if (whole !== undefined || this.#over || this.#lingering) return whole;
    this.#session.decoder.flush?.();
    return this.#take();
  }

  /** Ends the messages once all that has arrived by now is handed out. */
  beginDrain(): void {
    if (this.#draining) return;
    this.#draining = true;
    if (this.#waiter && !this.#cancelMessagePause) this.#endSoon();
  }

  /** Reads what the peer still sends, only to drop it, until it finishes. */
  linger(): Promise<void> {
    return new Promise((resolve) => {
      this.#lingering = resolve;
      this.#idle.clear();
      this.#gap?.clear();
      if (this.ended || this.#over) resolve();
      else this.#read();
    });
  }

  /**
   * Decodes by another session from the first byte that belongs to no message yet.
   *
   * @throws {TypeError} The decoder in use has no `rest()`, or a call waits for it.
   * @throws {ProtocolError} Messages of the protocol in use have come already.
   */
  switchTo(
    session: Session<In, never>,
    { idleMs, gapMs }: { idleMs: number; gapMs: number },
  ): void {
    const { decoder } = this.#session;
    if (!decoder.rest) {
      throw new TypeError("Cannot switch codec: the decoder in use has no rest() to hand on");
    }
    if (this.#waiter || this.#taker) {
      throw new TypeError("Cannot switch codec: a call waits for a message of the one in use");
    }
    if (this.#ahead?.length) throw sentAhead(this.#ahead.length, this.#codecStart);
    const rest = decoder.rest();
    this.#codecStart = this.bytesReceived - rest.length;
    this.#session = session;
    this.#ahead = session.answer ? new MessageQueue() : undefined;
    this.#idle.clear();
    this.#gap?.clear();
    this.#idleMs = idleMs;
    this.#idle = new Watch(this, { ms: idleMs, clock: this.#core.clock });
    this.#gap = this.#gapWatch(gapMs);
    if (rest.length > 0) session.decoder.push(rest);
    if (this.ended) session.decoder.end();
  }

  /** The connection is alive in the other direction. */
  touch(): void {
    if (this.#isAwaited && this.#reader.isReading && !this.#lingering) this.#idle.start();
  }

  /** Ends this half. Pending calls reject with `error`; where it is undefined, messages just end. */
  end(error: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#idle.clear();
    this.#gap?.clear();
    this.#cancelMessagePause?.();
    this.#cancelPoll?.();
    const waiter = this.withdraw();
    if (error === undefined) waiter?.resolve(DONE);
    else waiter?.reject(error);
    this.#withdrawTaker()?.reject(error ?? closedHere());
    this.#lingering?.();
  }

  /** Reads no more; to be called when the transport is closed. */
  release(): void {
    this.#reader.stop();
  }

  /** A call waits for what the peer sends. Silence counts only then. */
  get #isAwaited(): boolean {
    return this.#waiter !== undefined || this.#taker !== undefined;
  }

  #gapWatch(ms: number): Watch | undefined {
    if (ms === Infinity) return undefined;
    requireFlush(this.#session);
    return new Watch(this, { ms, clock: this.#core.clock });
  }

  #isOver(): Promise<IteratorResult<In, undefined>> {
    const error = this.#over?.error;
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
  }

  /** Returns the message that the program gets next, if it is there. */
  #take(): In | undefined {
    const message = this.#ahead?.shift() ?? this.#decode();
    if (message !== undefined) this.#messages?.take(1, this.#core.clock.now());
    return message;
  }

  #decode(): In | undefined {
    const { tracer } = this.#core;
    const { decoder } = this.#session;
    const from = tracer && decoder.offset;
    let message: In | undefined;
    try {
      message = decoder.next();
    } catch (error) {
      this.#core.answer();
      if (error instanceof ProtocolError) this.#core.refuse(error);
      throw error;
    }
    if (this.#ahead) this.#core.answer();
    if (message === undefined) return undefined;
    tracer?.received(message, {
      from: this.#codecStart + (from ?? 0),
      to: decoder.offset === undefined ? this.bytesReceived : this.#codecStart + decoder.offset,
    });
    return message;
  }

  /** Settles now with what `attempt` finds, or when enough has come. */
  #takeWhenThere<Value>(
    { attempt, into }: { attempt: () => { value: Value } | undefined; into?: Uint8Array },
  ): Promise<Value> {
    if (this.#waiter || this.#taker) return alreadyWaiting();
    if (this.#over || this.#lingering) {
      return Promise.reject(this.#over?.error ?? closedHere());
    }
    try {
      const found = attempt();
      if (found) return Promise.resolve(found.value);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#core.flushSent();
    return new Promise((resolve, reject) => {
      this.#taker = {
        ...into && { into },
        reject,
        attempt() {
          const found = attempt();
          if (found) resolve(found.value);
          return found !== undefined;
        },
        // Only a body has bytes that pass: their count is what it waits for.
        passed: (count) => resolve(count as Value),
      };
      if (this.ended) this.#deliverTo(this.#taker);
      else this.#read();
    });
  }

  #withdrawTaker(): Taker | undefined {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker) this.#idle.stop();
    return taker;
  }

  #read(): void {
    if (this.#reader.isReading) return this.touch();
    if (this.#over) return;
    const isAwaited = this.#isAwaited && !this.#lingering;
    if (this.#reader.read(this.#lingering ? undefined : this.#straight()) && isAwaited) {
      this.#idle.start();
    }
  }

  /** A body goes straight to where it is wanted, and no further than its end. */
  #straight(): Uint8Array | undefined {
    const into = this.#taker?.into;
    const bodyBytes = this.#session.decoder.bodyBytes ?? 0;
    return into && bodyBytes > 0 ? into.subarray(0, bodyBytes) : undefined;
  }

  onReadAllowed(): void {
    if (this.#isAwaited || this.#lingering) this.#read();
  }

  onEnd(): void {
    this.#idle.stop();
    this.ended = true;
    this.#core.tracer?.note("the peer will send no more");
    if (this.#lingering) return this.#lingering();
    try {
      this.#session.decoder.end();
      this.#deliver();
    } catch (error) {
      this.#core.fail(error);
    }
  }

  onBytes(chunk: Uint8Array, isStraight: boolean): void {
    this.#idle.stop();
    if (this.#lingering) return this.#read();
    this.#core.tracer?.bytes("received", chunk);
    try {
      // A read of nothing is no end of a body.
      if (isStraight && chunk.length > 0) return this.#passBody(chunk);
      if (!this.#isAwaited) this.#ahead?.addBytes(chunk.length);
      this.#session.decoder.push(chunk);
      this.#deliver();
    } catch (error) {
      // A codec that throws here ends this connection, and not the program.
      this.#core.fail(error);
    }
  }

  onReadError(error: unknown): void {
    this.#core.fail(error);
  }

  #passBody(chunk: Uint8Array): void {
    const taker = this.#withdrawTaker();
    try {
      this.#session.decoder.passBody!(chunk);
      taker?.passed?.(chunk.length);
    } catch (error) {
      taker?.reject(error);
    }
  }

  #deliverTo(taker: Taker): void {
    try {
      if (!taker.attempt()) return this.#read();
      this.#taker = undefined;
    } catch (error) {
      this.#taker = undefined;
      taker.reject(error);
    }
  }

  /** Settles the pending call with what has come, or reads on. */
  #deliver(): void {
    if (this.#taker) return this.#deliverTo(this.#taker);
    const waiter = this.#waiter;
    if (!waiter) return this.#decodeAhead();
    if (this.#cancelMessagePause) return;
    let message: In | undefined;
    try {
      message = this.#take();
    } catch (error) {
      this.withdraw()?.reject(error);
      return;
    }
    if (message !== undefined) {
      this.#waiter = undefined;
      this.#gap?.stop();
      if (this.#ahead) nextTurn(this.#decodeAheadLater);
      waiter.resolve({ done: false, value: message });
    } else if (this.ended) {
      this.#core.flushSent();
      this.withdraw()?.resolve(DONE);
    } else {
      this.#gap?.start();
      this.#read();
    }
  }

  readonly #decodeAheadLater = (): void => {
    if (this.#isAwaited || this.#reader.isReading || this.#lingering || this.#over) return;
    this.#decodeAhead();
  };

  /** Decodes while the program is busy, as far as the queue goes: only so is what the protocol owes not late. */
  #decodeAhead(): void {
    const ahead = this.#ahead;
    if (!ahead) return;
    try {
      while (!ahead.isFull && !this.#session.decoder.inBody) {
        const message = this.#decode();
        if (message === undefined) {
          if (!this.ended) this.#read();
          return;
        }
        ahead.push(message);
      }
    } catch {
      // Whoever asks for the message behind those that are queued gets the same error from the decoder.
    }
  }

  #onGap(): void {
    if (this.#over || this.ended) return;
    const waiter = this.#waiter;
    let message: In | undefined;
    try {
      message = this.flushPartial();
    } catch (error) {
      this.withdraw()?.reject(error);
      return;
    }
    if (message === undefined) return;
    this.withdraw();
    waiter?.resolve({ done: false, value: message });
  }

  /** Nothing that has arrived stays unanswered: the end waits until the system has nothing more to read. */
  #endSoon(): void {
    const waiter = this.#waiter;
    const seen = this.bytesReceived;
    this.#cancelPoll?.();
    this.#cancelPoll = afterPoll(() => {
      if (this.#waiter !== waiter || this.#over) return;
      if (seen !== this.bytesReceived) return this.#endSoon();
      this.#core.flushSent();
      this.withdraw()?.resolve(DONE);
    });
  }

  /** Settles the pending call no earlier than in `ms`, because the peer sends faster than its rate. */
  #pause(ms: number): void {
    this.#cancelMessagePause ??= this.#core.clock.wait(ms, () => {
      this.#cancelMessagePause = undefined;
      this.#deliver();
      if (this.#draining && this.#waiter) this.#endSoon();
    });
  }
}

/** Refuses a gap that could end no message. @throws {TypeError} The codec's decoder has no `flush`. */
export function requireFlush({ decoder }: Session<unknown, never>): void {
  if (decoder.flush) return;
  throw new TypeError("Cannot end messages at a gap: the codec's decoder has no flush()");
}
