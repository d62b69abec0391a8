/** A block that takes longer than this is left to another thread from then on. */
const SLOW_MS = 5;

/**
 * Tells whether a file is read or written so fast that handing a block to another thread would cost more than waiting:
 * it is then only a copy within memory. One slow block, and the answer is no for good.
 */
export class BlockSpeed {
  readonly #now: () => number;
  #isFast = true;

  /** Makes one that takes a file for fast; `now` is in milliseconds, and does not stand still within a turn. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Every block so far was fast. */
  get isFast(): boolean {
    return this.#isFast;
  }

  /** Does what reads or writes a block before it returns, and looks how long it takes. */
  measure<Result>(work: () => Result): Result {
    const start = this.#now();
    const result = work();
    if (this.#now() - start > SLOW_MS) this.#isFast = false;
    return result;
  }
}
