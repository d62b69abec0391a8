/** The time that the rate is taken over. */
const WINDOW_MS = 3000;

/** Over a shorter time a rate means nothing. */
const MIN_SPAN_MS = 500;

/** Measures a rate from a count that grows, over the last three seconds. */
export class RateMeter {
  #samples: { atMs: number; bytes: number }[] = [];

  /** Adds what the count is at a moment. Moments must never go back. */
  add(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes });
    const second = () => this.#samples[1]?.atMs ?? Infinity;
    // One sample stays at or before the window's beginning: from it to the last is a whole window.
    while (second() <= atMs - WINDOW_MS) this.#samples.shift();
  }

  /** The rate; undefined in the first half second. */
  get bytesPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const spanMs = last.atMs - first.atMs;
    return spanMs < MIN_SPAN_MS ? undefined : (last.bytes - first.bytes) * 1000 / spanMs;
  }
}
