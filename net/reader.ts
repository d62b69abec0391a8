import { mayKeepLarge, releaseLarge, SMALL_BYTES, takeLarge } from "./buffers.ts";
import type { CancelWait, Clock } from "./clock.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Transport } from "./transport.ts";

/** Who wants what a {@linkcode Reader} reads. */
export interface ReaderOwner {
  /** Bytes came; `isStraight`: they stand where the read was told to put them. */
  onBytes(chunk: Uint8Array, isStraight: boolean): void;
  /** The peer will send no more. */
  onEnd(): void;
  /** The transport failed. */
  onReadError(error: unknown): void;
  /** The peer's rate allows the next read, for which it was too early when it was asked for. */
  onReadAllowed(): void;
}

/** What a {@linkcode Reader} goes by. */
export interface ReaderOptions {
  transport: Transport;
  clock: Clock;
  /** How fast the peer may send. @default as fast as it can */
  bytesPerSecond: number | undefined;
}

/**
 * Reads from a transport, one read at a time, into the smallest buffer that does: 512 bytes for a connection that says
 * little, 64 KiB out of a pool for one that fills its buffer, until two reads bring little again.
 */
export class Reader {
  /** Bytes that came in. */
  bytesReceived = 0;
  /** A read is pending. */
  isReading = false;
  readonly #owner: ReaderOwner;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #rate: TokenBucket | undefined;
  #small: Uint8Array<ArrayBuffer> | undefined;
  /** Taken from the pool while the peer sends much. */
  #large: Uint8Array<ArrayBuffer> | undefined;
  #wantLarge = false;
  /** The last read into the large buffer would have fitted the small one. */
  #wasShort = false;
  /** What the last read brought, of the buffer that it went into. */
  #view: Uint8Array | undefined;
  #viewOf: Uint8Array | undefined;
  /** Where the read that is pending puts its bytes, if not into a buffer of ours. */
  #straight: Uint8Array | undefined;
  #cancelPause: CancelWait | undefined;
  #stopped = false;

  constructor(owner: ReaderOwner, { transport, clock, bytesPerSecond }: ReaderOptions) {
    this.#owner = owner;
    this.#transport = transport;
    this.#clock = clock;
    if (bytesPerSecond !== undefined) this.#rate = new TokenBucket(bytesPerSecond, clock.now());
  }

  /** The next read waits until the peer's rate allows it. */
  get isPaused(): boolean {
    return this.#cancelPause !== undefined;
  }

  /** Begins a read, `into` memory of the caller's where it is given; says false when the rate makes it wait. */
  read(into: Uint8Array | undefined): boolean {
    if (this.#cancelPause) return false;
    const delay = this.#rate?.delay(this.#clock.now()) ?? 0;
    if (delay > 0) {
      this.#cancelPause = this.#clock.wait(delay, () => {
        this.#cancelPause = undefined;
        this.#owner.onReadAllowed();
      });
      return false;
    }
    const buffer = into ?? this.#buffer();
    this.isReading = true;
    this.#straight = into;
    let reading: Promise<number | null>;
    try {
      reading = this.#transport.read(buffer);
    } catch (error) {
      reading = Promise.reject(error);
    }
    reading.then(this.#onRead, this.#onReadError);
    return true;
  }

  /** Reads no more; what a pending read brings is dropped. */
  stop(): void {
    this.#stopped = true;
    this.#cancelPause?.();
    this.#release();
  }

  /** Gives the pooled buffer back once no read can write into it. */
  #release(): void {
    if (this.isReading || this.#large === undefined) return;
    releaseLarge(this.#large);
    this.#large = this.#view = this.#viewOf = undefined;
  }

  #buffer(): Uint8Array {
    if (this.#wantLarge) return this.#large ??= takeLarge();
    this.#release();
    return this.#small ??= new Uint8Array(SMALL_BYTES);
  }

  /** The next message may be as large as the last, and take two reads with the small buffer: two that are short end it. */
  #isLargeWanted(count: number, size: number): boolean {
    if (count === size) return true;
    if (!this.#wantLarge) return false;
    const wasShort = this.#wasShort;
    this.#wasShort = count < SMALL_BYTES;
    return mayKeepLarge() && !(wasShort && this.#wasShort);
  }

  readonly #onRead = (count: number | null): void => {
    this.isReading = false;
    if (this.#stopped) return this.#release();
    if (count === null) return this.#owner.onEnd();
    const straight = this.#straight;
    const buffer = straight ?? (this.#wantLarge ? this.#large! : this.#small!);
    this.#straight = undefined;
    if (!straight) this.#wantLarge = this.#isLargeWanted(count, buffer.length);
    this.bytesReceived += count;
    this.#rate?.take(count, this.#clock.now());
    if (straight) return this.#owner.onBytes(straight.subarray(0, count), true);
    // Small reads of one size follow each other: their view is made once.
    let view = this.#view;
    if (view === undefined || view.length !== count || this.#viewOf !== buffer) {
      this.#viewOf = buffer;
      view = this.#view = buffer.subarray(0, count);
    }
    this.#owner.onBytes(view, false);
  };

  readonly #onReadError = (error: unknown): void => {
    this.isReading = false;
    if (this.#stopped) this.#release();
    else this.#owner.onReadError(error);
  };
}
