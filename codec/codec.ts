// This module is browser compatible.

import { ByteWriter } from "./bytes/byte_writer.ts";
import type { ProtocolError } from "./errors.ts";

/**
 * Turns bytes, cut anywhere, into whole messages. The messages are the same however the bytes were cut.
 *
 * A chunk given to `push` stays the caller's, but must not change before `next` has returned undefined, `takeBody` 0, or
 * `peek` anything: up to then the decoder may look at it in place, afterwards it has copied what it still needs. Messages
 * own their bytes.
 */
export interface Decoder<Message> {
  /** Takes bytes that arrived. */
  push(chunk: Uint8Array): void;
  /**
   * Returns memory for the rest of a message that says how long it is, at least `min` bytes and no further than its end:
   * whoever reads fills it and calls `filled` instead of `push`. Undefined where no such message is under way. Until then
   * the memory goes to nobody else.
   */
  room?(min: number): Uint8Array<ArrayBuffer> | undefined;
  /** Takes the first `count` bytes of what the last `room` returned. */
  filled?(count: number): void;
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
   * Returns up to `count` bytes that wait, without taking them. A connection needs it for its own `peek`. They are a
   * copy.
   */
  peek?(count: number): Uint8Array;
  /** Some bytes of the next message have come, and it is not whole. A connection needs it for its `headMs`. */
  readonly inHead?: boolean;
  /**
   * The last message announced a body, and it is not over. A codec that streams bodies has this and the next three: who
   * wants no copy takes the body past `next`, which otherwise gives it as messages, in pieces.
   */
  readonly inBody?: boolean;
  /**
   * Bytes of the body that may come straight, past `push`: those left of it, or of its chunk; `Infinity` where it ends
   * with the stream; 0 where a chunk's head has to be decoded first.
   */
  readonly bodyBytes?: number;
  /**
   * Moves bytes of the body that arrived into `into`, and says how many. 0 says that more must arrive, or that the body
   * is over: `inBody` tells.
   *
   * @throws {ProtocolError} The body is broken.
   */
  takeBody?(into: Uint8Array): number;
  /**
   * Takes note of bytes of the body that came past `push`, at most `bodyBytes`; none may wait.
   *
   * @throws {ProtocolError} As `takeBody`.
   */
  passBody?(bytes: Uint8Array): void;
}

/** Why a connection ends: it is `done`, or its server is `stopping`. */
export type FarewellReason = "done" | "stopping";

/**
 * What a codec does for one connection. Both directions may share state: what a decoder has seen can change what is
 * written, and the other way round.
 *
 * The last three methods are what a protocol says of itself, without the program; a protocol that says nothing has none
 * of them. The connection calls them and sends what they write, in order with what the program sends.
 */
export interface Session<In, Out = In> {
  /** Decodes what this connection receives. */
  readonly decoder: Decoder<In>;
  /**
   * Writes one message behind what `writer` holds. When it throws, the caller takes back what was written.
   *
   * @throws {ProtocolError} The message cannot be said in this format; its side is `local`.
   */
  encode(message: Out, writer: ByteWriter): void;
  /**
   * Writes only what stands in front of the message's own bytes, and returns those: with them the frame is complete. A
   * connection needs it to send a large message without a copy. It refuses what `encode` refuses.
   */
  encodeHead?(message: Out, writer: ByteWriter): Uint8Array;
  /**
   * Writes what the bytes decoded so far oblige us to answer: a pong, a refused option. It is called after each
   * `next()`, and writes nothing where nothing is owed.
   *
   * A connection whose session has this decodes ahead while the program is busy, so that the answer is not late.
   */
  answer?(writer: ByteWriter): void;
  /**
   * False says that `answer` would write nothing, so that nobody has to ask it: for a protocol that owes something for few
   * of its messages.
   *
   * @default unknown: `answer` is asked each time
   */
  readonly owesAnswer?: boolean;
  /** Writes the last words before a polite close: a close frame. */
  farewell?(reason: FarewellReason, writer: ByteWriter): void;
  /**
   * Writes how the protocol turns the peer down: for bytes that could not be decoded, or because a limit of the
   * server is reached. Nothing is sent after it.
   */
  refuse?(error: ProtocolError, writer: ByteWriter): void;
  /** Gives up what it holds outside of what is collected by itself: the connection is over, or speaks another protocol. */
  release?(): void;
}

/**
 * A wire format: bytes to `In` messages and `Out` messages to bytes. One codec serves many connections; what belongs to
 * one of them is a {@linkcode Session}. Make one with {@linkcode defineCodec}.
 */
export interface Codec<In, Out = In> {
  /** Returns a new session, which serves one connection. */
  session(): Session<In, Out>;
  /** Returns the decoder of a new session, which serves one stream. */
  decoder(): Decoder<In>;
  /**
   * Returns the bytes of one message, as a new session would write it.
   *
   * @throws {ProtocolError} The message cannot be said in this format; its side is `local`.
   */
  encode(message: Out): Uint8Array<ArrayBuffer>;
}

/** What a codec's decoder gives. */
export type Decoded<C> = C extends Codec<infer In, never> ? In : never;

/** Writes one message behind what `writer` holds. @throws {ProtocolError} It cannot be said in this format. */
type Encode<Out> = (message: Out, writer: ByteWriter) => void;

/**
 * Makes a codec of its two halves: how to decode, and how to write one message; with `encodeHead` beside `encode` where the
 * message's own bytes end the frame.
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
  encode:
    | ((message: Out, writer: ByteWriter) => void)
    | Pick<Session<In, Out>, "encode" | "encodeHead">,
): Codec<In, Out>;
/**
 * Makes a codec whose directions share state, or which says something of itself: `session` is called once for each
 * connection.
 *
 * @example Each line is acknowledged by the protocol, and the program need not know
 * ```ts
 * import { defineCodec, lines } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const acknowledged = defineCodec<string>(() => {
 *   const { decoder, encode } = lines().session();
 *   let owed = 0;
 *   return {
 *     encode,
 *     decoder: {
 *       push: (chunk) => decoder.push(chunk),
 *       end: () => decoder.end(),
 *       next() {
 *         const line = decoder.next();
 *         if (line !== undefined) owed++;
 *         return line;
 *       },
 *     },
 *     answer(writer) {
 *       for (; owed > 0; owed--) encode("ack", writer);
 *     },
 *   };
 * });
 * assert(acknowledged.encode("hi").length === 3);
 * ```
 */
export function defineCodec<In, Out = In>(session: () => Session<In, Out>): Codec<In, Out>;
export function defineCodec<In, Out>(
  decoderOrSession: (() => Decoder<In>) | (() => Session<In, Out>),
  encoder?: Encode<Out> | Pick<Session<In, Out>, "encode" | "encodeHead">,
): Codec<In, Out> {
  if (encoder === undefined) {
    // The overloads say that with one argument it makes sessions.
    const session = decoderOrSession as () => Session<In, Out>;
    return codecOf(session, {
      decoder: () => session().decoder,
      encode(message, writer) {
        const once = session();
        try {
          once.encode(message, writer);
        } finally {
          once.release?.();
        }
      },
    });
  }
  // With two arguments the first one makes decoders.
  const decoder = decoderOrSession as () => Decoder<In>;
  const { encode, encodeHead } = typeof encoder === "function" ? { encode: encoder } : encoder;
  const session = encodeHead
    ? () => ({ decoder: decoder(), encode, encodeHead })
    : () => ({ decoder: decoder(), encode });
  return codecOf<In, Out>(session, { decoder, encode });
}

function codecOf<In, Out>(
  session: () => Session<In, Out>,
  { decoder, encode }: {
    decoder: () => Decoder<In>;
    encode: Encode<Out>;
  },
): Codec<In, Out> {
  return {
    session,
    decoder,
    encode(message) {
      const writer = new ByteWriter();
      encode(message, writer);
      return writer.finish();
    },
  };
}

/**
 * Returns a session for other messages that says of itself what `inner` does: for a codec around another one.
 */
export function sessionOver<In, Out>(
  inner: Session<unknown, never>,
  outer: Pick<Session<In, Out>, "decoder" | "encode">,
): Session<In, Out> {
  return {
    ...outer,
    ...inner.answer && { answer: (writer) => inner.answer?.(writer) },
    ...inner.farewell && { farewell: (reason, writer) => inner.farewell?.(reason, writer) },
    ...inner.refuse && { refuse: (error, writer) => inner.refuse?.(error, writer) },
    ...inner.release && { release: () => inner.release?.() },
  };
}
