/** The rate is that of so long. */
const WINDOW_MS = 3000;

/** What was measured in a shorter time says nothing yet. */
const MIN_SPAN_MS = 500;

/** Measures a rate from a count that grows, over the last three seconds. */
export class RateMeter {
  #samples: { atMs: number; bytes: number }[] = [];

  /** Takes what the count is at a moment; moments never go back. */
  add(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes });
    const second = () => this.#samples[1]?.atMs ?? Infinity;
    // One sample stays at or before the window's beginning, so that there is a whole window between it and the last.
    while (second() <= atMs - WINDOW_MS) this.#samples.shift();
  }

  /** The rate; undefined while too little is known. */
  get bytesPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const spanMs = last.atMs - first.atMs;
    return spanMs < MIN_SPAN_MS ? undefined : (last.bytes - first.bytes) * 1000 / spanMs;
  }
}
