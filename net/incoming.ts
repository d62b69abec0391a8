import type { Decoder, Session } from "../codec/codec.ts";
import { ProtocolError } from "../codec/errors.ts";
import type { Address } from "./address.ts";
import { type AheadDecoder, decodeAheadSoon, waitForProgram } from "./ahead_turns.ts";
import { bound } from "./bounded_wait.ts";
import { LARGE_BYTES } from "./buffers.ts";
import type { CancelWait } from "./clock.ts";
import type { ConnectionCore } from "./connection_core.ts";
import type { PeekOptions } from "./connection_options.ts";
import type { ConnectionDeadlines } from "./deadlines.ts";
import { closedHere, DeadlineError } from "./errors.ts";
import type { IncomingOptions } from "./incoming_options.ts";
import { MessageSource } from "./message_source.ts";
import { Reader, type ReaderOwner } from "./reader.ts";
import { forgettable, rejected } from "./rejection.ts";
import { requireKept, Silence, type SilenceOwner } from "./silence.ts";
import { TokenBucket } from "./token_bucket.ts";
import { afterPoll } from "./turn.ts";
import { alreadyWaiting, DONE, type Taker, Waiter } from "./waiter.ts";

/**
 * The half of a connection that receives. It reads only while somebody waits for a message, so that a slow program slows
 * the peer down; a session that owes answers reads on a little, so that a slow program does not keep them back.
 */
export class Incoming<In> implements SilenceOwner, ReaderOwner, AheadDecoder {
  /** The peer has said that it will send no more. */
  ended = false;
  readonly #core: ConnectionCore<never>;
  #silence: Silence;
  readonly reader: Reader;
  readonly #messages: TokenBucket | undefined;
  readonly #source: MessageSource<In>;
  #waiter: Waiter<In> | undefined;
  #taker: Taker | undefined;
  /** The decoder that is read into: the read that is pending fills the message that it waits for. */
  #filling: Decoder<In> | undefined;
  #aheadAsked = false;
  #over: { error: unknown } | undefined;
  #draining = false;
  /** Set while what comes is only read to be dropped; called at the end. */
  #lingering: (() => void) | undefined;
  /** Stops the wait until the peer's message rate allows the next message. */
  #cancelMessagePause: CancelWait | undefined;
  /** Stops the wait for what has arrived, at a drain. */
  #cancelPoll: CancelWait | undefined;

  constructor(core: ConnectionCore<never>, options: IncomingOptions<In>) {
    const { session, deadlines, rate } = options;
    const { clock } = core;
    this.#core = core;
    requireKept(session, deadlines);
    this.#silence = new Silence(this, { ...deadlines, clock });
    const { bytesPerSecond, messagesPerSecond } = rate ?? {};
    this.reader = new Reader(this, { transport: core.transport, clock, bytesPerSecond });
    if (messagesPerSecond !== undefined) {
      this.#messages = new TokenBucket(messagesPerSecond, clock.now());
    }
    this.#source = new MessageSource<In>(core, { session, reader: this.reader });
  }

  /** Bytes that came in. */
  get bytesReceived(): number {
    return this.reader.bytesReceived;
  }

  next(): Promise<IteratorResult<In, undefined>> {
    if (this.#waiter || this.#taker) return alreadyWaiting();
    if (this.#over || this.#lingering) return this.#isOver();
    const delay = this.#delay();
    if (delay === 0) {
      try {
        const message = this.#take();
        if (message !== undefined) return Promise.resolve({ done: false, value: message });
      } catch (error) {
        return rejected(error);
      }
    }
    // What the protocol had to answer may have ended the connection.
    if (this.#over) return this.#isOver();
    this.#core.flushSent();
    if (this.ended && delay === 0) return Promise.resolve(DONE);
    const waiter = this.#waiter = new Waiter<In>();
    if (delay > 0) this.#pause(delay);
    else {
      this.#readOn();
      if (this.#draining) this.#endSoon();
    }
    return waiter.result;
  }

  /**
   * Waits as `next` does, for a time. What it stops waiting for stays for the next call; it stops no wait of another.
   *
   * @throws {DeadlineError} No message came within `waitMs`.
   */
  nextWithin(
    waitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<IteratorResult<In, undefined>> {
    const before = this.#waiter;
    const result = this.next();
    const waiter = this.#waiter;
    if (waiter === undefined || waiter === before) return result;
    const stop = (error: unknown) => this.#withdraw(waiter)?.reject(error);
    bound(result, { waitMs, peer: this.#peer, signal, clock: this.#core.clock, stop });
    return result;
  }

  /** Reads a piece of the body that the last message announced; 0 says that it is over. */
  readBody(into: Uint8Array): Promise<number> {
    if (into.length === 0) {
      return rejected(new TypeError("Cannot read a body into 0 bytes"));
    }
    return this.#takeWhenThere<number>({
      into,
      attempt: () => {
        const { decoder } = this.#source;
        const count = decoder.takeBody?.(into) ?? 0;
        return count > 0 || !decoder.inBody ? { value: count } : undefined;
      },
    });
  }

  /** Looks at what comes first without taking it: `count` bytes, or fewer where the stream ends before. */
  peek(count: number, { waitMs = Infinity, signal }: PeekOptions): Promise<Uint8Array> {
    if (signal?.aborted) return rejected(signal.reason);
    const { decoder } = this.#source;
    if (!decoder.peek) throw new TypeError("Cannot peek: the codec's decoder has no peek()");
    const before = this.#taker;
    const found = this.#takeWhenThere<Uint8Array>({
      attempt: () => {
        const bytes = decoder.peek!(count);
        return bytes.length >= count || this.ended ? { value: bytes } : undefined;
      },
    });
    const taker = this.#taker;
    if (taker === undefined || taker === before) return found;
    const stop = (error: unknown) => {
      if (taker === this.#taker) this.#withdrawTaker()?.reject(error);
    };
    bound(found, { waitMs, peer: this.#peer, signal, clock: this.#core.clock, stop });
    return found;
  }

  /** Returns the next message that is whole, and undefined where there is none yet, or none is allowed yet. */
  takeWhole(): In | undefined {
    // A closed connection drops what it reads into the buffer that the decoder may look at, so it is not asked again.
    if (this.isAwaited || this.#over || this.#lingering || this.#delay() > 0) return undefined;
    return this.#take();
  }

  /** Returns the next message, or counts what came of it so far as all of it. */
  flushPartial(): In | undefined {
    if (this.#over || this.#lingering || this.#delay() > 0) return undefined;
    const whole = this.#take();
    if (whole !== undefined || this.#over) return whole;
    this.#source.decoder.flush?.();
    return this.#counted(this.#source.take());
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
      this.#silence.clear();
      this.#cancelMessagePause?.();
      this.#cancelPoll?.();
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
  switchTo(session: Session<In, never>, deadlines: ConnectionDeadlines): void {
    if (this.#waiter || this.#taker) {
      throw new TypeError("Cannot switch codec: a call waits for a message of the one in use");
    }
    requireKept(session, deadlines);
    this.#source.switchTo(session, { ended: this.ended });
    this.#silence.clear();
    this.#silence = new Silence(this, { ...deadlines, clock: this.#core.clock });
  }

  /** The connection is alive in the other direction. */
  touch(): void {
    if (this.isAwaited && this.reader.isReading && !this.#lingering) this.#silence.startIdle();
  }

  /** Ends this half. Pending calls reject with `error`; where it is undefined, messages just end. */
  end(error: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#silence.clear();
    this.#cancelMessagePause?.();
    this.#cancelPoll?.();
    const waiter = this.#withdraw();
    if (error === undefined) waiter?.resolve(DONE);
    else waiter?.reject(error);
    this.#withdrawTaker()?.reject(error ?? closedHere());
    this.#lingering?.();
  }

  /** Reads no more; to be called when the transport is closed. */
  release(): void {
    this.reader.stop();
  }

  get #peer(): Address {
    return this.#core.transport.remoteAddr;
  }

  /** A call waits for what the peer sends. Silence counts only then. */
  get isAwaited(): boolean {
    return this.#waiter !== undefined || this.#taker !== undefined;
  }

  #isOver(): Promise<IteratorResult<In, undefined>> {
    const error = this.#over?.error;
    return error === undefined ? Promise.resolve(DONE) : rejected(error);
  }

  /** Milliseconds until the peer's rate allows the next message. */
  #delay(): number {
    return this.#messages === undefined ? 0 : this.#messages.delay(this.#core.clock.now());
  }

  /** Takes back a pending `next()` for the caller to settle. A read that is pending goes on, and nothing it brings is lost. */
  #withdraw(which: Waiter<In> | undefined = this.#waiter): Waiter<In> | undefined {
    if (which === undefined || which !== this.#waiter) return undefined;
    this.#waiter = undefined;
    this.#silence.stop();
    return which;
  }

  /** Returns the message that the program gets next, if it is there. */
  #take(): In | undefined {
    const message = this.#source.take();
    // An error in a message's place may come before the message's ending.
    if (message !== undefined && this.#silence.countsGap && !(message instanceof Error)) {
      this.#silence.forgetGap();
    }
    return this.#counted(message);
  }

  /** Takes note that the program gets this message, if it is one. */
  #counted(message: In | undefined): In | undefined {
    if (message === undefined) return undefined;
    this.#silence.noteHead(false);
    this.#messages?.take(1, this.#core.clock.now());
    // What was not decoded ahead because the queue was full may be now.
    this.askAhead();
    return message;
  }

  /** Settles now with what `attempt` finds, or when enough has come. */
  #takeWhenThere<Value>(
    { attempt, into }: { attempt: () => { value: Value } | undefined; into?: Uint8Array },
  ): Promise<Value> {
    if (this.#waiter || this.#taker) return alreadyWaiting();
    if (this.#over || this.#lingering) return rejected(this.#over?.error ?? closedHere());
    try {
      const found = attempt();
      if (found) return Promise.resolve(found.value);
    } catch (error) {
      this.#source.refuse(error);
      return rejected(error);
    }
    this.#core.flushSent();
    return forgettable(
      new Promise((resolve, reject) => {
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
      }),
    );
  }

  #withdrawTaker(): Taker | undefined {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker) this.#silence.stopIdle();
    return taker;
  }

  #read(): void {
    if (this.reader.isReading) return this.touch();
    if (this.#over) return;
    const isAwaited = this.isAwaited && !this.#lingering;
    if (this.reader.read(this.#lingering ? undefined : this.#straight()) && isAwaited) {
      this.#silence.startIdle();
    }
  }

  /** A body or a large message goes straight to where it is wanted, and no further than its end. */
  #straight(): Uint8Array | undefined {
    const { decoder } = this.#source;
    const into = this.#taker?.into;
    if (into) {
      const bodyBytes = decoder.bodyBytes ?? 0;
      return bodyBytes > 0 ? into.subarray(0, bodyBytes) : undefined;
    }
    // While messages are decoded ahead, the decoder may be asked for one before the read is done.
    if (this.reader.isPaused || this.#source.ahead || !decoder.room) return undefined;
    const room = decoder.room(LARGE_BYTES);
    if (room) this.#filling = decoder;
    return room;
  }

  onReadAllowed(): void {
    if (!this.isAwaited && !this.#lingering) return this.decodeAheadNow();
    this.#read();
    if (this.#draining && this.#waiter && !this.#cancelMessagePause) this.#endSoon();
  }

  onEnd(): void {
    this.#silence.stopIdle();
    this.ended = true;
    this.#core.tracer?.note("the peer will send no more");
    if (this.#lingering) return this.#lingering();
    try {
      this.#source.decoder.end();
      this.#deliver();
    } catch (error) {
      this.#core.fail(error);
    }
  }

  onBytes(chunk: Uint8Array, isStraight: boolean): void {
    this.#silence.stopIdle();
    if (this.#lingering) return this.#read();
    this.#core.tracer?.bytes("received", chunk);
    const filling = this.#filling;
    this.#filling = undefined;
    const { decoder } = this.#source;
    try {
      // A codec that was left meanwhile has let go of its memory.
      if (filling && filling === decoder) filling.filled?.(chunk.length);
      // A read of nothing is no end of a body.
      else if (isStraight && !filling && chunk.length > 0) return this.#passBody(chunk);
      else {
        if (!this.isAwaited) this.#source.ahead?.addBytes(chunk.length);
        decoder.push(chunk);
      }
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
      this.#source.decoder.passBody!(chunk);
      taker?.passed?.(chunk.length);
    } catch (error) {
      this.#source.refuse(error);
      taker?.reject(error);
    }
  }

  #deliverTo(taker: Taker): void {
    try {
      if (!taker.attempt()) return this.#read();
      this.#taker = undefined;
    } catch (error) {
      this.#taker = undefined;
      this.#source.refuse(error);
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
      this.#withdraw()?.reject(error);
      return;
    }
    if (message !== undefined) {
      this.#waiter = undefined;
      this.#silence.stopGap();
      waiter.resolve({ done: false, value: message });
    } else if (this.ended) {
      this.#core.flushSent();
      this.#withdraw()?.resolve(DONE);
    } else {
      this.#readOn();
    }
  }

  /** Waits for the rest of a message, and for no longer than that may take. */
  #readOn(): void {
    if (this.#silence.countsHead) this.#silence.noteHead(this.#source.decoder.inHead ?? false);
    this.#silence.startGap();
    this.#read();
  }

  /** Lets what is there be decoded ahead when the program has had its turn. */
  askAhead(): void {
    if (!this.#source.ahead) return;
    if (this.#aheadAsked) return waitForProgram();
    this.#aheadAsked = true;
    decodeAheadSoon(this);
  }

  decodeAheadNow(): void {
    this.#aheadAsked = false;
    if (this.isAwaited || this.reader.isReading || this.#lingering || this.#over) return;
    this.#decodeAhead();
  }

  /** Decodes while the program is busy, as far as the queue goes: only so is what the protocol owes not late. */
  #decodeAhead(): void {
    try {
      const wantsMore = this.#source.decodeAhead();
      if (wantsMore && !this.ended) this.#read();
    } catch (error) {
      // Whoever asks for the message behind those that are queued gets the same error from the decoder. A codec that throws
      // anything else would throw it to nobody.
      if (!(error instanceof ProtocolError)) this.#core.fail(error);
    }
  }

  onIdle(idleMs: number): void {
    this.#core.fail(new DeadlineError("idle", idleMs, { peer: this.#peer }));
  }

  onLateHead(headMs: number): void {
    const error = new DeadlineError("head", headMs, { peer: this.#peer });
    this.#source.giveUp(error, headMs);
    this.#withdraw()?.reject(error);
  }

  onGap(): void {
    if (this.#over || this.ended) return;
    try {
      const message = this.flushPartial();
      if (message !== undefined) this.#withdraw()?.resolve({ done: false, value: message });
    } catch (error) {
      this.#withdraw()?.reject(error);
    }
  }

  /** Nothing that has arrived stays unanswered: the end waits until the system has nothing more to read. */
  #endSoon(): void {
    const waiter = this.#waiter;
    const seen = this.bytesReceived;
    this.#cancelPoll?.();
    this.#cancelPoll = afterPoll(() => {
      if (this.#waiter !== waiter || this.#over) return;
      // What the peer's rate keeps in the socket has arrived too. The read that it allows comes back here.
      if (this.reader.isPaused) return;
      if (seen !== this.bytesReceived) return this.#endSoon();
      this.#core.flushSent();
      this.#withdraw()?.resolve(DONE);
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
