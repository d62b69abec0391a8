import { BufferedDecoder, type Codec, type Decoder, ProtocolError } from "../../codec/mod.ts";
import { printed } from "../../testing/decoding.ts";
import { SeededRandom } from "../../testing/random.ts";
import { MUTATED_CODECS, type MutatedCodec } from "./mutated_codecs.ts";

/** How {@linkcode testMutations} draws. */
export interface MutationsOptions {
  /** Inputs for each codec. */
  inputs: number;
  /** What they are drawn from: the same inputs come of the same seed. @default {1} */
  seed?: number;
  /** Codecs whose name has one of these in it. @default all */
  names?: (name: string) => boolean;
}

/** The longest input, and the storage for all of them. */
const MAX_INPUT_BYTES = 400;
/** One input in so many is repeated until it is long. */
const LONG_ONE_IN = 100;
/** What every decoder may keep however small its limit is. */
const SMALLEST_STORAGE = 64;

/**
 * Registers for each codec the test that broken bytes do no harm. Samples with bits flipped, bytes inserted, deleted,
 * repeated, spliced and cut off are decoded whole, cut at random and byte by byte: the messages and the error are the
 * same, no error is another one than a `ProtocolError`, it comes again, and no more is kept than the limit.
 */
export function testMutations({ inputs, seed = 1, names = () => true }: MutationsOptions): void {
  for (const mutated of MUTATED_CODECS.filter(({ name }) => names(name))) {
    Deno.test(`${mutated.name}: ${inputs} mutated inputs do no harm however they are cut`, () => {
      const { stackTraceLimit } = Error;
      // Most inputs end in errors, and a trace costs more than the rest of them.
      Error.stackTraceLimit = 0;
      try {
        runMutations(mutated, { inputs, seed });
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    });
  }
}

/** Decodes the inputs that come of a seed. @throws {Error} One did harm; it is told with the seed. */
export function runMutations(
  mutated: MutatedCodec,
  { inputs, seed }: { inputs: number; seed: number },
): void {
  const random = new SeededRandom(seed);
  const mutator = new Mutator(mutated.samples, random);
  const [whole, cut, single] = [mutated, mutated, mutated].map((one) => new Decoding(one));
  const sizes: number[] = [];
  for (let input = 1; input <= inputs; input++) {
    const bytes = mutator.next();
    drawSizes(sizes, { length: bytes.length, random });
    let how = "whole";
    try {
      whole!.run(bytes, WHOLE);
      how = `in chunks of ${sizes.join(", ")}`;
      cut!.run(bytes, sizes);
      requireSame(cut!, whole!);
      how = "byte by byte";
      single!.run(bytes, SINGLE);
      requireSame(single!, whole!);
    } catch (cause) {
      throw new Error(
        `${mutated.name}: input ${input} of seed ${seed} (PARLEY_MUTATIONS_SEED=${seed}), ` +
          `${printed(bytes)} decoded ${how}: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
  }
}

const WHOLE: readonly number[] = [MAX_INPUT_BYTES];
const SINGLE: readonly number[] = [1];

/** Draws the sizes of chunks, which come again from the first when the last was used. */
function drawSizes(
  sizes: number[],
  { length, random }: { length: number; random: SeededRandom },
): void {
  sizes.length = 0;
  for (let at = 0; at < length && sizes.length < 8; at += sizes.at(-1)!) {
    sizes.push(random.upTo(random.upTo(3) === 0 ? length : 6));
  }
  // Empty chunks alone would never end.
  if (sizes.length < 8 || sizes.every((size) => size === 0)) sizes.push(length);
}

/** What came of an input that was decoded in one way; it is used again for the next one. */
class Decoding {
  readonly messages: unknown[] = [];
  error: ProtocolError | undefined;
  readonly #codec: Codec<unknown, never>;
  readonly #limit: number;
  readonly #pieces: MutatedCodec["pieces"];
  /** Each chunk is overwritten when it was decoded, so that a message that shares its bytes is seen. */
  readonly #chunk = new Uint8Array(MAX_INPUT_BYTES);

  constructor({ codec, limit, pieces }: MutatedCodec) {
    this.#codec = codec;
    this.#limit = limit;
    this.#pieces = pieces;
  }

  run(bytes: Uint8Array, sizes: readonly number[]): void {
    this.messages.length = 0;
    this.error = undefined;
    const decoder = this.#codec.decoder();
    const { length } = bytes;
    try {
      for (let at = 0, turn = 0; at < length; turn++) {
        const size = Math.min(sizes[turn % sizes.length]!, length - at);
        const chunk = this.#chunk.subarray(0, size);
        for (let index = 0; index < size; index++) chunk[index] = bytes[at + index]!;
        at += size;
        decoder.push(chunk);
        this.#take(decoder);
        chunk.fill(0xee);
        this.#requireStorage(decoder, size);
      }
      decoder.end();
      this.#take(decoder);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.error = error;
      this.#requireFailed(decoder);
    }
    if (this.#pieces) this.#joinPieces(this.#pieces);
  }

  #take(decoder: Decoder<unknown>): void {
    for (let message; (message = decoder.next()) !== undefined;) this.messages.push(message);
  }

  #requireStorage(decoder: Decoder<unknown>, chunkBytes: number): void {
    // A codec around another one keeps nothing itself.
    if (!(decoder instanceof BufferedDecoder)) return;
    const { capacity } = decoder;
    const max = Math.max(SMALLEST_STORAGE, 2 * this.#limit + chunkBytes);
    if (capacity > max) throw new Error(`${capacity} bytes of storage are held, of ${max}`);
  }

  #requireFailed(decoder: Decoder<unknown>): void {
    let again: unknown;
    try {
      again = decoder.next();
    } catch (error) {
      again = error;
    }
    if (again !== this.error) throw new Error(`next() gives ${printed(again)} after the error`);
    if (!(decoder instanceof BufferedDecoder) || decoder.capacity === 0) return;
    throw new Error(`${decoder.capacity} bytes of storage are held after the error`);
  }

  /** Makes one piece of those that follow one another; in front of an error there may be more or fewer of the last. */
  #joinPieces(pieceOf: (message: unknown) => Uint8Array | undefined): void {
    const messages = this.messages.splice(0);
    let joined: number[] | undefined;
    for (const message of messages) {
      const piece = pieceOf(message);
      if (!piece) joined = undefined;
      else if (!joined) this.messages.push(joined = [...piece]);
      else joined.push(...piece);
      if (!piece) this.messages.push(message);
    }
    if (this.error && joined) this.messages.pop();
  }
}

function requireSame(got: Decoding, expected: Decoding): void {
  if (isSameError(got.error, expected.error) && isSame(got.messages, expected.messages)) return;
  const [was, is] = [expected, got].map(({ messages, error }) => printed([messages, error]));
  throw new Error(`it gives ${is}, and whole it gives ${was}`);
}

function isSameError(one: ProtocolError | undefined, other: ProtocolError | undefined): boolean {
  return one === other || (
    one !== undefined && other !== undefined && one.message === other.message &&
    one.name === other.name && one.code === other.code && one.side === other.side &&
    one.offset === other.offset && one.expected === other.expected &&
    one.received === other.received
  );
}

/** Says whether two messages hold the same; it is short where most messages are. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (one instanceof Uint8Array || Array.isArray(one)) {
    if (one.constructor !== other.constructor) return false;
    // The constructors are the same.
    const twin = other as Uint8Array | unknown[];
    if (one.length !== twin.length) return false;
    for (let at = 0; at < one.length; at++) if (!isSame(one[at], twin[at])) return false;
    return true;
  }
  if (one instanceof ProtocolError) {
    return other instanceof ProtocolError && isSameError(one, other);
  }
  const [names, others] = [Object.keys(one), Object.keys(other)];
  // What is no array and no error has names.
  const [fields, twins] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return names.length === others.length &&
    names.every((name) => Object.hasOwn(twins, name) && isSame(fields[name], twins[name]));
}

/** Changes samples. */
class Mutator {
  readonly #samples: readonly Uint8Array[];
  readonly #telling: Uint8Array;
  readonly #random: SeededRandom;
  readonly #bytes = new Uint8Array(MAX_INPUT_BYTES);
  #length = 0;

  constructor(samples: readonly Uint8Array[], random: SeededRandom) {
    this.#samples = samples;
    this.#random = random;
    const telling = new Set([0, 1, 9, 10, 13, 32, 127, 128, 255]);
    for (const sample of samples) for (const byte of sample) telling.add(byte);
    this.#telling = Uint8Array.from(telling);
  }

  /** Returns the next input, which holds until the next call. */
  next(): Uint8Array {
    const random = this.#random;
    this.#length = 0;
    for (let samples = random.upTo(2); samples >= 0; samples--) this.#append(this.#sample(), 0);
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
    return random.upTo(3) === 0
      ? random.upTo(255)
      : this.#telling[random.upTo(this.#telling.length - 1)]!;
  }
}
