/** Numbers that look random and are the same on every run (xorshift32): what a test found once, it finds again. */
export class SeededRandom {
  #state: number;

  /** Begins with a seed, any whole number. */
  constructor(seed: number) {
    this.#state = (seed >>> 0) || 1;
  }

  /** Returns a whole number from 0 up to `max`, which may come as well. */
  upTo(max: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state % (max + 1);
  }

  /** Returns `count` bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: count }, () => this.upTo(255));
  }
}
