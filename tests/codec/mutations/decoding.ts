import { BufferedDecoder, type Codec, type Decoder, ProtocolError } from "../../../codec/mod.ts";
import { printed } from "../../../testing/decoding.ts";
import type { MutatedCodec } from "./mutated_codec.ts";
import { MAX_INPUT_BYTES } from "./mutator.ts";

/** What every decoder may keep however small its limit is. */
const SMALLEST_STORAGE = 64;

/** What came of an input that was decoded in one way; it is used again for the next one. */
export class Decoding {
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

  /** Decodes `bytes` in chunks of these sizes. Each is overwritten then, which a message that shares its bytes shows. */
  inChunks(bytes: Uint8Array, sizes: readonly number[]): void {
    this.#run((decoder) => {
      const { length } = bytes;
      for (let at = 0, turn = 0; at < length; turn++) {
        const size = Math.min(sizes[turn % sizes.length]!, length - at);
        const chunk = this.#chunk.subarray(0, size);
        for (let index = 0; index < size; index++) chunk[index] = bytes[at + index]!;
        at += size;
        decoder.push(chunk);
        this.#take(decoder);
        chunk.fill(0xee);
      }
    });
  }

  whole(bytes: Uint8Array): void {
    this.#run((decoder) => {
      decoder.push(bytes);
      this.#take(decoder);
    });
  }

  /** Decodes chunks of a byte each, and looks at what is held behind each. */
  byteByByte(chunks: readonly Uint8Array[], count: number): void {
    this.#run((decoder) => {
      // A codec around another one keeps nothing itself.
      const holder = decoder instanceof BufferedDecoder ? decoder : undefined;
      const max = Math.max(SMALLEST_STORAGE, 2 * this.#limit + 1);
      for (let at = 0; at < count; at++) {
        decoder.push(chunks[at]!);
        this.#take(decoder);
        if (holder === undefined || holder.capacity <= max) continue;
        throw new Error(`${holder.capacity} bytes of storage are held, of ${max}`);
      }
    });
  }

  #run(decode: (decoder: Decoder<unknown>) => void): void {
    this.messages.length = 0;
    this.error = undefined;
    const decoder = this.#codec.decoder();
    try {
      decode(decoder);
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

/** Refuses another outcome than that of the whole input. @throws {Error} They are not the same. */
export function requireSame(got: Decoding, expected: Decoding): void {
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
