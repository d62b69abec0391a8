/** A block that takes longer than this makes a file slow. */
const SLOW_MS = 5;

/** How a {@linkcode BlockSpeed} begins. */
export interface BlockSpeedOptions {
  /** Whether the file counts as fast until its first slow block; otherwise it is slow from the beginning. @default {true} */
  readonly isFast?: boolean;
}

/**
 * Tells whether a file is read or written so fast that it should be done synchronously: a copy within memory costs less
 * than handing the block to another thread. A file counts as fast until its first slow block, and as slow from then on.
 */
export class BlockSpeed {
  readonly #now: () => number;
  #isFast: boolean;

  /** Makes one for a file. `now` is in milliseconds, and must go on within a turn of the event loop. */
  constructor(
    now: () => number = () => performance.now(),
    { isFast = true }: BlockSpeedOptions = {},
  ) {
    this.#now = now;
    this.#isFast = isFast;
  }

  /** Whether every block so far was fast. */
  get isFast(): boolean {
    return this.#isFast;
  }

  /** Runs what reads or writes a block synchronously, and measures how long it takes. */
  measure<Result>(work: () => Result): Result {
    const start = this.#now();
    const result = work();
    if (this.#now() - start > SLOW_MS) this.#isFast = false;
    return result;
  }
}
