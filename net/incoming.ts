import type { Codec, Decoder } from "../codec/mod.ts";
import { releaseLarge, SMALL_BYTES, takeLarge } from "./buffers.ts";
import type { CancelWait } from "./clock.ts";
import { closedHere, type Duplex } from "./duplex.ts";
import { DeadlineError } from "./errors.ts";
import { type ReceiveRate, TokenBucket } from "./token_bucket.ts";
import { afterPoll } from "./turn.ts";
import { Watch, type WatchOwner } from "./watch.ts";

/** Who waits for a message. */
export interface Waiter<In> {
  resolve(result: IteratorResult<In, undefined>): void;
  reject(error: unknown): void;
}

/** Who waits for a piece of a body. */
interface BodyWaiter {
  readonly into: Uint8Array;
  resolve(count: number): void;
  reject(error: unknown): void;
}

/** What {@linkcode Incoming} is told beside its connection. */
export interface IncomingOptions {
  codec: Codec<unknown, never>;
  idleMs: number;
  gapMs: number | undefined;
  rate: ReceiveRate | undefined;
}

const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };

/** The half of a connection that receives: it reads only while somebody waits for a message. */
export class Incoming<In> implements WatchOwner {
  bytesReceived = 0;
  /** The peer has said that it will send no more. */
  ended = false;
  readonly #duplex: Duplex<In, never>;
  readonly #idleMs: number;
  readonly #idle: Watch;
  readonly #gap: Watch | undefined;
  readonly #bytes: TokenBucket | undefined;
  readonly #messages: TokenBucket | undefined;
  #decoder: Decoder<In>;
  #waiter: Waiter<In> | undefined;
  #bodyWaiter: BodyWaiter | undefined;
  /** Where the read that is pending puts a piece of a body, past the decoder. */
  #bodyView: Uint8Array | undefined;
  #small: Uint8Array<ArrayBuffer> | undefined;
  /** Taken from the pool while the peer sends much. */
  #large: Uint8Array<ArrayBuffer> | undefined;
  #reading = false;
  #wantLarge = false;
  #over: { error: unknown } | undefined;
  #draining = false;
  /** Set while what comes is only read to be dropped; called at the end. */
  #lingering: (() => void) | undefined;
  /** Stops the wait until the peer's byte rate allows the next read. */
  #cancelReadPause: CancelWait | undefined;
  /** Stops the wait until its message rate allows the next message. */
  #cancelMessagePause: CancelWait | undefined;
  /** Stops the wait for what has arrived, at a drain. */
  #cancelPoll: CancelWait | undefined;
  /** Bytes that were decoded by the codecs before this one. */
  #codecStart = 0;

  constructor(duplex: Duplex<In, never>, { codec, idleMs, gapMs, rate }: IncomingOptions) {
    this.#duplex = duplex;
    const { clock } = duplex;
    this.#idleMs = idleMs;
    this.#idle = new Watch(this, { ms: idleMs, clock });
    if (gapMs !== undefined) {
      requireFlush(codec);
      this.#gap = new Watch(this, { ms: gapMs, clock });
    }
    const { bytesPerSecond, messagesPerSecond } = rate ?? {};
    if (bytesPerSecond !== undefined) this.#bytes = new TokenBucket(bytesPerSecond, clock.now());
    if (messagesPerSecond !== undefined) {
      this.#messages = new TokenBucket(messagesPerSecond, clock.now());
    }
    // The caller's codec decodes what `In` says.
    this.#decoder = codec.decoder() as Decoder<In>;
  }

  /** One of the watches ran out. */
  passed(watch: Watch): void {
    if (watch === this.#gap) this.#onGap();
    else this.#duplex.fail(new DeadlineError("idle", this.#idleMs));
  }

  next(): Promise<IteratorResult<In, undefined>> {
    if (this.#waiter || this.#bodyWaiter) return alreadyWaiting();
    if (this.#over || this.#lingering) return this.#isOver();
    const delay = this.#messages?.delay(this.#duplex.clock.now()) ?? 0;
    if (delay === 0) {
      try {
        const message = this.#take();
        if (message !== undefined) return Promise.resolve({ done: false, value: message });
      } catch (error) {
        return Promise.reject(error);
      }
    }
    this.#duplex.flushSent();
    if (this.ended && delay === 0) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      if (delay > 0) return this.#pause(delay);
      this.#gap?.start();
      this.#read();
      if (this.#draining) this.#endSoon();
    });
  }

  /** Reads a piece of the body that the last message announced; 0 says that it is complete. */
  readBody(into: Uint8Array): Promise<number> {
    if (into.length === 0) {
      return Promise.reject(new TypeError("Cannot read a body into 0 bytes"));
    }
    if (this.#waiter || this.#bodyWaiter) return alreadyWaiting();
    if (this.#over || this.#lingering) {
      return Promise.reject(this.#over?.error ?? closedHere());
    }
    try {
      const count = this.#takeBody(into);
      if (count !== undefined) return Promise.resolve(count);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#duplex.flushSent();
    return new Promise((resolve, reject) => {
      this.#bodyWaiter = { into, resolve, reject };
      this.#read();
    });
  }

  /** Takes the one who waits away, so that somebody else can settle it. What is being read is not lost. */
  withdraw(): Waiter<In> | undefined {
    const waiter = this.#waiter;
    if (!waiter) return undefined;
    this.#waiter = undefined;
    this.#idle.stop();
    this.#gap?.stop();
    return waiter;
  }

  /** Returns the next message, or counts what came of it so far as all of it. */
  flushPartial(): In | undefined {
    // Once reads may write over what the decoder looks at in place, it is not asked any more.
    if (this.#over || this.#lingering) return undefined;
    const whole = this.#take();
    if (whole !== undefined) return whole;
    this.#decoder.flush?.();
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

  /** Decodes by another codec from the first byte that belongs to no message yet. */
  switchTo(codec: Codec<unknown, never>): void {
    if (!this.#decoder.rest) {
      throw new TypeError("Cannot switch codec: the decoder in use has no rest() to hand on");
    }
    if (this.#waiter || this.#bodyWaiter) {
      throw new TypeError("Cannot switch codec: a call waits for a message of the one in use");
    }
    const rest = this.#decoder.rest();
    this.#codecStart = this.bytesReceived - rest.length;
    // The caller's next codec decodes what its type says.
    this.#decoder = codec.decoder() as Decoder<In>;
    if (rest.length > 0) this.#decoder.push(rest);
    if (this.ended) this.#decoder.end();
  }

  /** The connection is alive in the other direction. */
  touch(): void {
    const isAwaited = this.#waiter ?? this.#bodyWaiter;
    if (isAwaited && this.#reading && !this.#lingering) this.#idle.start();
  }

  /** Ends this half; who waits hears `error`, or the end where it is undefined. */
  end(error: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#idle.clear();
    this.#gap?.clear();
    this.#cancelReadPause?.();
    this.#cancelMessagePause?.();
    this.#cancelPoll?.();
    const waiter = this.withdraw();
    if (error === undefined) waiter?.resolve(DONE);
    else waiter?.reject(error);
    this.#bodyWaiter?.reject(error ?? closedHere());
    this.#bodyWaiter = undefined;
    this.#lingering?.();
  }

  /** Gives the pooled buffer back once no read can write into it. */
  release(): void {
    if (this.#reading || this.#large === undefined) return;
    releaseLarge(this.#large);
    this.#large = undefined;
  }

  #isOver(): Promise<IteratorResult<In, undefined>> {
    const error = this.#over?.error;
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
  }

  #take(): In | undefined {
    const { tracer } = this.#duplex;
    const from = tracer && this.#decoder.offset;
    const message = this.#decoder.next();
    if (message === undefined) return undefined;
    this.#messages?.take(1, this.#duplex.clock.now());
    tracer?.received(message, {
      from: this.#codecStart + (from ?? 0),
      to: this.#decoder.offset === undefined
        ? this.bytesReceived
        : this.#codecStart + this.#decoder.offset,
    });
    return message;
  }

  #read(): void {
    if (this.#reading) return this.touch();
    if (this.#over || this.#cancelReadPause) return;
    const { clock } = this.#duplex;
    const delay = this.#bytes?.delay(clock.now()) ?? 0;
    if (delay > 0) {
      this.#cancelReadPause = clock.wait(delay, () => {
        this.#cancelReadPause = undefined;
        if (this.#waiter || this.#bodyWaiter || this.#lingering) this.#read();
      });
      return;
    }
    if (!this.#lingering) this.#idle.start();
    this.#reading = true;
    const into = this.#bodyWaiter && !this.#lingering
      ? this.#ownersBuffer(this.#bodyWaiter)
      : this.#buffer();
    this.#duplex.transport.read(into).then(this.#onRead, this.#onReadError);
  }

  /** A body goes straight to where it is wanted, and no further than its end. */
  #ownersBuffer({ into }: BodyWaiter): Uint8Array {
    return this.#bodyView = into.subarray(0, this.#decoder.bodyBytes);
  }

  #buffer(): Uint8Array {
    if (this.#wantLarge) return this.#large ??= takeLarge();
    this.release();
    return this.#small ??= new Uint8Array(SMALL_BYTES);
  }

  readonly #onRead = (count: number | null): void => {
    this.#reading = false;
    this.#idle.stop();
    if (this.#over) return this.release();
    try {
      if (count === null) this.#onEnd();
      else this.#onBytes(count);
    } catch (error) {
      // A codec that throws here ends this connection, and not the program.
      this.#duplex.fail(error);
    }
  };

  #onEnd(): void {
    this.ended = true;
    this.#duplex.tracer?.note("the peer will send no more");
    if (this.#lingering) return this.#lingering();
    this.#bodyView = undefined;
    this.#decoder.end();
    this.#deliver();
  }

  #onBytes(count: number): void {
    const { tracer } = this.#duplex;
    const view = this.#bodyView;
    const buffer = view ?? (this.#wantLarge ? this.#large! : this.#small!);
    this.#bodyView = undefined;
    if (!view) this.#wantLarge = count === buffer.length;
    this.bytesReceived += count;
    this.#bytes?.take(count, this.#duplex.clock.now());
    if (this.#lingering) return this.#read();
    const chunk = buffer.subarray(0, count);
    tracer?.bytes("received", chunk);
    // A read of nothing is no end of a body.
    if (view && count > 0) return this.#passBody(chunk);
    this.#decoder.push(chunk);
    this.#deliver();
  }

  #passBody(chunk: Uint8Array): void {
    const waiter = this.#bodyWaiter;
    this.#bodyWaiter = undefined;
    try {
      this.#decoder.passBody!(chunk);
      waiter?.resolve(chunk.length);
    } catch (error) {
      waiter?.reject(error);
    }
  }

  /** Moves what has arrived of the body; undefined says that more has to be read. */
  #takeBody(into: Uint8Array): number | undefined {
    const decoder = this.#decoder;
    const count = decoder.takeBody?.(into) ?? 0;
    if (count > 0 || !decoder.bodyBytes) return count;
    // The decoder says what is missing.
    if (this.ended) decoder.next();
    return undefined;
  }

  #deliverBody(waiter: BodyWaiter): void {
    try {
      const count = this.#takeBody(waiter.into);
      if (count === undefined) return this.#read();
      this.#bodyWaiter = undefined;
      waiter.resolve(count);
    } catch (error) {
      this.#bodyWaiter = undefined;
      waiter.reject(error);
    }
  }

  readonly #onReadError = (error: unknown): void => {
    this.#reading = false;
    if (this.#over) this.release();
    else this.#duplex.fail(error);
  };

  /** Hands the next message to who waits, or reads on. */
  #deliver(): void {
    if (this.#bodyWaiter) return this.#deliverBody(this.#bodyWaiter);
    const waiter = this.#waiter;
    if (!waiter || this.#cancelMessagePause) return;
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
      waiter.resolve({ done: false, value: message });
    } else if (this.ended) {
      this.#duplex.flushSent();
      this.withdraw()?.resolve(DONE);
    } else {
      this.#gap?.start();
      this.#read();
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
      this.#duplex.flushSent();
      this.withdraw()?.resolve(DONE);
    });
  }

  /** Who waits gets no message before `ms` have passed. */
  #pause(ms: number): void {
    this.#cancelMessagePause ??= this.#duplex.clock.wait(ms, () => {
      this.#cancelMessagePause = undefined;
      this.#deliver();
      if (this.#draining && this.#waiter) this.#endSoon();
    });
  }
}

function alreadyWaiting(): Promise<never> {
  const problem = "another call waits for the next one already";
  return Promise.reject(new TypeError(`Cannot wait for a message: ${problem}`));
}

/** Refuses a gap that could end no message. @throws {TypeError} The codec's decoder has no `flush`. */
export function requireFlush(codec: Codec<unknown, never>): void {
  if (codec.decoder().flush) return;
  throw new TypeError("Cannot end messages at a gap: the codec's decoder has no flush()");
}
