import {
  type BodyPiece,
  type ByteWriter,
  type Codec,
  type Decoder,
  defineCodec,
} from "../../codec/mod.ts";
import { joined } from "./support.ts";

/** How heads and the bodies behind them become one message, and that message bytes. */
export interface JoinedBodiesOptions<Head, Whole> {
  /** Returns a new decoder of heads and pieces of bodies. */
  decoder: () => Decoder<Head | BodyPiece>;
  /** Makes one message of a head and its body, which is empty where it has none. */
  join: (head: Head, body: Uint8Array) => Whole;
  /** Writes such a message. */
  encode: (whole: Whole, writer: ByteWriter) => void;
}

/** Makes a codec whose bodies come in pieces one whose messages are the same however the bytes were cut. */
export function joinedBodies<Head extends { readonly type: string }, Whole>(
  { decoder, join, encode }: JoinedBodiesOptions<Head, Whole>,
): Codec<Whole> {
  return defineCodec<Whole>(() => new JoinedDecoder(decoder(), join), encode);
}

class JoinedDecoder<Head extends { readonly type: string }, Whole> implements Decoder<Whole> {
  readonly #inner: Decoder<Head | BodyPiece>;
  readonly #join: (head: Head, body: Uint8Array) => Whole;
  #head: Head | undefined;
  #pieces: Uint8Array[] = [];
  /** Bytes of no whole message yet, and where the first of them stands. */
  #waiting: Uint8Array = new Uint8Array(0);
  #from: number;

  constructor(inner: Decoder<Head | BodyPiece>, join: (head: Head, body: Uint8Array) => Whole) {
    this.#inner = inner;
    this.#join = join;
    this.#from = inner.offset!;
  }

  push(chunk: Uint8Array): void {
    this.#inner.push(chunk);
    this.#waiting = joined([this.#waiting, chunk]);
  }

  end(): void {
    this.#inner.end();
  }

  next(): Whole | undefined {
    for (let message; (message = this.#inner.next()) !== undefined;) {
      if (isPiece(message)) this.#pieces.push(message.bytes);
      else this.#head = message;
      if (this.#inner.bodyBytes! > 0) continue;
      const whole = this.#join(this.#head!, joined(this.#pieces));
      this.#begin(this.#inner.offset!);
      return whole;
    }
    return undefined;
  }

  rest(): Uint8Array {
    const bytes = this.#waiting;
    this.#inner.rest!();
    this.#begin(this.#inner.offset!);
    return bytes;
  }

  #begin(offset: number): void {
    this.#head = undefined;
    this.#pieces = [];
    this.#waiting = this.#waiting.subarray(offset - this.#from);
    this.#from = offset;
  }
}

function isPiece(message: { readonly type: string }): message is BodyPiece {
  return message.type === "body";
}
