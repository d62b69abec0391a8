// This module is browser compatible.

import { ByteWriter } from "./bytes/byte_writer.ts";

/**
 * Turns bytes, cut anywhere, into whole messages. The messages are the same however the bytes were cut.
 *
 * A chunk given to `push` stays the caller's, but must not change before `next` has returned undefined: up to then
 * the decoder may look at it in place, afterwards it has copied what it still needs. Messages own their bytes.
 */
export interface Decoder<Message> {
  /** Takes bytes that arrived. */
  push(chunk: Uint8Array): void;
  /** Takes note that the peer will send no more. */
  end(): void;
  /**
   * Returns one whole message, or undefined when more bytes are needed (after `end`: when there is no more).
   *
   * @throws {ProtocolError} The bytes break the protocol; each later call throws the same error.
   */
  next(): Message | undefined;
  /**
   * Returns the bytes that belong to no message yet, and forgets them. A connection needs it to change its codec; a
   * decoder without it cannot be switched away from.
   */
  rest?(): Uint8Array;
  /** Counts what came so far as a whole message, though its ending is missing; `next` then returns it. */
  flush?(): void;
  /** Bytes from the start of the stream to where the next message begins; errors and traces name it. */
  readonly offset?: number;
  /**
   * Bytes from the start of the stream to where the message that the last `next` returned begins. It can differ from
   * what `offset` was before: a decoder may drop bytes in front of the message, such as the LF of a CRLF that was cut.
   */
  readonly messageOffset?: number;
  /**
   * Bytes still to come of the body that the last message announced. A codec that streams bodies has this and the next
   * two: who wants no copy takes the body past `next`, which otherwise gives it as messages, in pieces.
   */
  readonly bodyBytes?: number;
  /**
   * Moves bytes of the body that arrived into `into`, and says how many.
   *
   * @throws {ProtocolError} The body is complete, and broken.
   */
  takeBody?(into: Uint8Array): number;
  /** Takes note of bytes of the body that came past `push`; none may wait. @throws {ProtocolError} As `takeBody`. */
  passBody?(bytes: Uint8Array): void;
}

/** A wire format: bytes to `In` messages and `Out` messages to bytes. One codec serves many connections. */
export interface Codec<In, Out = In> {
  /** Returns a new decoder, which serves one stream. */
  decoder(): Decoder<In>;
  /**
   * Returns the bytes of one message.
   *
   * @throws {ProtocolError} The message cannot be said in this format; its side is `local`.
   */
  encode(message: Out): Uint8Array;
  /** Writes what `encode` would return behind what `writer` holds: the same, without a copy. */
  encodeInto?(message: Out, writer: ByteWriter): void;
}

/** What a codec's decoder gives. */
export type Decoded<C> = C extends Codec<infer In, never> ? In : never;

/**
 * Makes a codec of its two halves: how to decode, and how to write one message.
 *
 * @example A message is one byte, twice
 * ```ts
 * import { BufferedDecoder, defineCodec, type ReceiveBuffer } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * class Doubled extends BufferedDecoder<number> {
 *   protected override decode(buffer: ReceiveBuffer): number | undefined {
 *     return buffer.length < 2 ? undefined : buffer.take(2)[0];
 *   }
 * }
 * const doubled = defineCodec<number>(() => new Doubled(), (byte, writer) => {
 *   writer.u8(byte);
 *   writer.u8(byte);
 * });
 * assert(doubled.encode(7).join() === "7,7");
 * ```
 */
export function defineCodec<In, Out = In>(
  decoder: () => Decoder<In>,
  encodeInto: (message: Out, writer: ByteWriter) => void,
): Codec<In, Out> {
  return {
    decoder,
    encodeInto,
    encode(message) {
      const writer = new ByteWriter();
      encodeInto(message, writer);
      return writer.finish();
    },
  };
}

/** Writes one message behind what `writer` holds, by whichever way the codec has; nothing is left when it throws. */
export function encodeInto<Out>(
  codec: Codec<unknown, Out>,
  { message, writer }: { message: Out; writer: ByteWriter },
): void {
  const { length } = writer;
  try {
    if (codec.encodeInto) codec.encodeInto(message, writer);
    else writer.bytes(codec.encode(message));
  } catch (error) {
    writer.length = length;
    throw error;
  }
}
