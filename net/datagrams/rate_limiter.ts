/**
 * Admits so many a second, and up to one second's worth at once: what comes beyond that is turned away and not counted
 * against what comes later.
 */
export class RateLimiter {
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  /** Makes one that admits a second's worth at once; `now` is in milliseconds. */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = Math.max(1, perSecond);
    this.#at = now;
  }

  /** Says whether one more may pass, and counts it where it may. */
  admit(now: number): boolean {
    if (!this.admits(now)) return false;
    this.#tokens--;
    return true;
  }

  /** Says whether one more may pass. */
  admits(now: number): boolean {
    if (this.#perSecond === Infinity) return true;
    if (now !== this.#at) {
      const earned = (now - this.#at) * this.#perSecond / 1000;
      this.#tokens = Math.min(Math.max(1, this.#perSecond), this.#tokens + earned);
      this.#at = now;
    }
    return this.#tokens >= 1;
  }
}
