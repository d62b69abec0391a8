// This module is browser compatible.

import { requireCodec, requireFunction } from "./arguments.ts";
import { type Codec, type Decoder, defineCodec, sessionOver } from "./codec.ts";
import { ProtocolError } from "./errors.ts";

/** The two directions of {@linkcode mapped}. */
export interface MappedOptions<In, Out, OuterIn, OuterOut> {
  /**
   * Turns a message of the inner codec into one of the outer; `offset` is where it begins in the stream. Undefined
   * leaves it out.
   *
   * @throws {ProtocolError} The message breaks the protocol.
   */
  decode: (message: In, offset: number) => OuterIn | undefined;
  /** Turns a message of the outer codec into one of the inner. @throws {ProtocolError} It cannot be said. */
  encode: (message: OuterOut) => Out;
}

/**
 * Makes a codec for other messages out of one that frames them. An error that `decode` throws ends the decoder, as
 * one of the inner codec does.
 *
 * @example
 * ```ts
 * import { ByteReader, fixed, mapped } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const temperature = mapped(fixed(2), {
 *   decode: (bytes) => new ByteReader(bytes).i16("big") / 10,
 *   encode: (celsius: number) => new Uint8Array([(celsius * 10) >> 8, celsius * 10]),
 * });
 * const decoder = temperature.decoder();
 * decoder.push(temperature.encode(21.5));
 * assert(decoder.next() === 21.5);
 * ```
 */
export function mapped<In, Out, OuterIn, OuterOut = OuterIn>(
  codec: Codec<In, Out>,
  { decode, encode }: MappedOptions<In, Out, OuterIn, OuterOut>,
): Codec<OuterIn, OuterOut> {
  requireCodec(codec);
  requireFunction(decode, "decode");
  requireFunction(encode, "encode");
  return defineCodec<OuterIn, OuterOut>(() => {
    const inner = codec.session();
    return sessionOver(inner, {
      decoder: new MappedDecoder(inner.decoder, decode),
      encode: (message, writer) => inner.encode(encode(message), writer),
    });
  });
}

class MappedDecoder<In, OuterIn> implements Decoder<OuterIn> {
  readonly #inner: Decoder<In>;
  readonly #decode: (message: In, offset: number) => OuterIn | undefined;
  #failure: ProtocolError | undefined;
  #began = 0;
  readonly rest?: () => Uint8Array;
  readonly flush?: () => void;
  readonly peek?: (count: number) => Uint8Array;

  constructor(
    inner: Decoder<In>,
    decode: (message: In, offset: number) => OuterIn | undefined,
  ) {
    this.#inner = inner;
    this.#decode = decode;
    if (inner.rest) this.rest = () => inner.rest!();
    if (inner.flush) this.flush = () => inner.flush!();
    if (inner.peek) this.peek = (count) => inner.peek!(count);
  }

  get offset(): number {
    return this.#inner.offset ?? 0;
  }

  get messageOffset(): number {
    return this.#began;
  }

  push(chunk: Uint8Array): void {
    // Nobody will ask the inner decoder again, so it would only collect.
    if (this.#failure === undefined) this.#inner.push(chunk);
  }

  end(): void {
    this.#inner.end();
  }

  next(): OuterIn | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    while (true) {
      const { offset } = this;
      const message = this.#inner.next();
      if (message === undefined) return undefined;
      this.#began = this.#inner.messageOffset ?? offset;
      try {
        const outer = this.#decode(message, this.#began);
        if (outer !== undefined) return outer;
      } catch (error) {
        if (error instanceof ProtocolError) this.#failure = error;
        throw error;
      }
    }
  }
}
