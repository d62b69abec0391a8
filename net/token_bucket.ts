/** How fast a peer may send. What comes sooner waits in the socket, which slows the peer down. */
export interface ReceiveRate {
  /** Bytes a second. @default {Infinity} */
  bytesPerSecond?: number;
  /** Messages a second. @default {Infinity} */
  messagesPerSecond?: number;
}

/** Less than this is no debt, only what floating-point numbers cannot say. */
const ROUNDING_MS = 1e-6;

/**
 * Counts what passes against a rate: it fills with `perSecond` tokens a second up to one second's worth, and says how
 * long to wait once it is in debt.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "./token_bucket.ts";
 * import { assert } from "@std/assert";
 * const bucket = new TokenBucket(100, 0);
 * bucket.take(150, 0);
 * assert(bucket.delay(0) === 500 && bucket.delay(500) === 0);
 * ```
 */
export class TokenBucket {
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  /** Makes a full bucket; `now` is in milliseconds. @throws {RangeError} `perSecond` is not over 0. */
  constructor(perSecond: number, now: number) {
    if (!(perSecond > 0)) {
      throw new RangeError(`Cannot limit to ${perSecond} a second: the rate is a number over 0`);
    }
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#at = now;
  }

  /** Takes tokens, into debt where there are too few. */
  take(count: number, now: number): void {
    this.#fill(now);
    this.#tokens -= count;
  }

  /** Returns how many milliseconds it takes until the debt is paid, rounded up to what a timer can wait. */
  delay(now: number): number {
    this.#fill(now);
    const ms = -this.#tokens * 1000 / this.#perSecond;
    return Math.max(0, Math.ceil(ms - ROUNDING_MS));
  }

  #fill(now: number): void {
    if (this.#perSecond === Infinity) {
      this.#tokens = 0;
      return;
    }
    const earned = (now - this.#at) * this.#perSecond / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + earned);
    this.#at = now;
  }
}
