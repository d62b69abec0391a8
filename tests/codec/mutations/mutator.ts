import type { SeededRandom } from "../../../testing/random.ts";

/** The longest input, and the storage for all of them. */
export const MAX_INPUT_BYTES = 200;
/** One input in so many is repeated until it is long. */
const LONG_ONE_IN = 500;

/** Changes samples: flips bits, and inserts, deletes, repeats, splices and cuts off bytes. */
export class Mutator {
  readonly #samples: readonly Uint8Array[];
  readonly #telling: Uint8Array;
  readonly #random: SeededRandom;
  readonly #bytes = new Uint8Array(MAX_INPUT_BYTES);
  #length = 0;
  /** Each byte of the input as a chunk of its own. */
  readonly singles: readonly Uint8Array[] = Array.from(
    this.#bytes,
    (_, at) => this.#bytes.subarray(at, at + 1),
  );

  constructor(samples: readonly Uint8Array[], random: SeededRandom) {
    this.#samples = samples;
    this.#random = random;
    const telling = new Set([0, 1, 10, 13, 32, 255]);
    for (const sample of samples) for (const byte of sample) telling.add(byte);
    this.#telling = Uint8Array.from(telling);
  }

  /** Returns the next input, which holds until the next call. */
  next(): Uint8Array {
    const random = this.#random;
    this.#length = 0;
    for (let samples = random.upTo(1); samples >= 0; samples--) this.#append(this.#sample(), 0);
    for (let changes = random.upTo(3); changes > 0; changes--) this.#change();
    if (random.upTo(LONG_ONE_IN - 1) === 0) {
      while (this.#length > 0 && this.#length < MAX_INPUT_BYTES) this.#repeat(0, this.#length);
    }
    return this.#bytes.subarray(0, this.#length);
  }

  #change(): void {
    const random = this.#random;
    const bytes = this.#bytes;
    const length = this.#length;
    if (length === 0) return;
    const at = random.upTo(length - 1);
    switch (random.upTo(7)) {
      case 0:
        bytes[at]! ^= 1 << random.upTo(7);
        break;
      case 1:
        bytes[at] = this.#byte();
        break;
      case 2:
        if (length === MAX_INPUT_BYTES) break;
        bytes.copyWithin(at + 1, at, length);
        bytes[at] = this.#byte();
        this.#length++;
        break;
      case 3:
        bytes.copyWithin(at, at + 1, length);
        this.#length--;
        break;
      case 4:
        this.#repeat(at, Math.min(at + 1 + random.upTo(7), length));
        break;
      case 5: {
        this.#length = at;
        const sample = this.#sample();
        this.#append(sample, random.upTo(sample.length));
        break;
      }
      case 6:
        this.#length = at;
        break;
      case 7: {
        const to = Math.min(at + 1 + random.upTo(3), length);
        bytes.copyWithin(at, to, length);
        this.#length -= to - at;
      }
    }
  }

  /** Inserts the bytes from `from` up to `to` once more, as far as there is room. */
  #repeat(from: number, to: number): void {
    const count = Math.min(to - from, MAX_INPUT_BYTES - this.#length);
    this.#bytes.copyWithin(from + count, from, this.#length);
    this.#length += count;
  }

  #append(sample: Uint8Array, from: number): void {
    for (let at = from; at < sample.length && this.#length < MAX_INPUT_BYTES; at++) {
      this.#bytes[this.#length++] = sample[at]!;
    }
  }

  #sample(): Uint8Array {
    return this.#samples[this.#random.upTo(this.#samples.length - 1)]!;
  }

  #byte(): number {
    const random = this.#random;
    return random.upTo(7) === 0
      ? random.upTo(255)
      : this.#telling[random.upTo(this.#telling.length - 1)]!;
  }
}
