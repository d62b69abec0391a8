// This module is browser compatible.

import { requireBytes, requireCodec, requireFunction, requireText } from "./arguments.ts";
import { copyOf } from "./bytes/memory.ts";
import type { Codec } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { decodeText, requireWellFormed } from "./text.ts";

/**
 * A wire format of datagrams: each one is whole, so there is nothing to wait for and nothing to keep. An empty datagram is
 * as much a message as any other.
 */
export interface DatagramCodec<In, Out = In> {
  /**
   * Returns the message that a datagram holds. The bytes are the message's own: nobody else will change them.
   *
   * @throws {ProtocolError} The bytes are no message; the next datagram may be one.
   */
  decode(bytes: Uint8Array<ArrayBuffer>): In;
  /**
   * Returns the bytes of a message. They are read until they are sent, so nobody may change them.
   *
   * @throws {ProtocolError} The message cannot be said in this format; its side is `local`.
   */
  encode(message: Out, options?: DatagramEncodeOptions): Uint8Array<ArrayBuffer>;
}

/** How a {@linkcode DatagramCodec} encodes. */
export interface DatagramEncodeOptions {
  /** Nobody changes the message any more, so that its memory may be sent as it is. @default {false} */
  readonly transfer?: boolean;
}

/**
 * Takes each datagram as the bytes that it holds. It refuses to send what is no bytes; those it sends are a copy, unless they
 * are transferred.
 *
 * ```text
 *   68 69        a datagram of 2 bytes: one message of 2 bytes
 * ```
 *
 * @throws {TypeError} `encode` is given something else than a `Uint8Array`.
 *
 * @example
 * ```ts
 * import { rawDatagrams } from "@parley/sockets/datagrams";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rawDatagrams().encode(Uint8Array.of(1, 2)), Uint8Array.of(1, 2));
 * ```
 */
export function rawDatagrams(): DatagramCodec<Uint8Array<ArrayBuffer>, Uint8Array> {
  return RAW;
}

const RAW: DatagramCodec<Uint8Array<ArrayBuffer>, Uint8Array> = Object.freeze({
  decode: (bytes: Uint8Array<ArrayBuffer>) => bytes,
  encode(message: Uint8Array, options?: DatagramEncodeOptions) {
    requireBytes(message);
    if (options?.transfer && isPlain(message)) return message;
    return copyOf(message);
  },
});

/** No socket sends what others may write into meanwhile, which shared memory is for. */
function isPlain(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}

/** How {@linkcode textDatagrams} reads. */
export interface TextDatagramsOptions {
  /** Bytes that are no UTF-8 are an error instead of U+FFFD. @default {false} */
  fatal?: boolean;
}

/**
 * Takes each datagram as text in UTF-8 (RFC 3629). It refuses to send a lone surrogate, and with `fatal` to take bytes that
 * are no UTF-8.
 *
 * ```text
 *   68 c3 a9     a datagram of 3 bytes: "hé"
 * ```
 *
 * @throws {ProtocolError} `bad-utf8`: see above.
 * @throws {TypeError} `encode` is given what is no string.
 *
 * @example
 * ```ts
 * import { textDatagrams } from "@parley/sockets/datagrams";
 * import { assertEquals } from "@std/assert";
 * const bytes = textDatagrams().encode("hé");
 * assertEquals([bytes.length, textDatagrams().decode(bytes)], [3, "hé"]);
 * ```
 */
export function textDatagrams({ fatal = false }: TextDatagramsOptions = {}): DatagramCodec<string> {
  const encoder = new TextEncoder();
  return {
    decode: (bytes) => decodeText(bytes, { offset: 0, what: "datagram", fatal }),
    encode(message) {
      requireWellFormed(requireText(message), "datagram");
      return encoder.encode(message);
    },
  };
}

/**
 * Uses a codec of messages for datagrams: each datagram holds one message, and begins a session of its own. It refuses a
 * datagram that holds no message, a part of one, or more than one.
 *
 * ```text
 *   68 69 0a     with lines(), a datagram of 3 bytes: "hi"
 * ```
 *
 * @throws {ProtocolError} What the codec throws, and `unexpected-end` or `unexpected-message` for what is refused.
 * @throws {TypeError} `codec` is none.
 *
 * @example
 * ```ts
 * import { jsonLines } from "@parley/sockets";
 * import { asDatagrams } from "@parley/sockets/datagrams";
 * import { assertEquals } from "@std/assert";
 * const codec = asDatagrams(jsonLines());
 * assertEquals(codec.decode(codec.encode({ temperature: 21.5 })), { temperature: 21.5 });
 * ```
 */
export function asDatagrams<In, Out>(codec: Codec<In, Out>): DatagramCodec<In, Out> {
  requireCodec(codec);
  return {
    encode: (message) => codec.encode(message),
    decode(bytes) {
      const decoder = codec.decoder();
      decoder.push(bytes);
      decoder.end();
      const message = decoder.next();
      if (message === undefined) {
        throw new ProtocolError(
          `Cannot decode datagram: its ${bytes.length} bytes are no message`,
          {
            code: "unexpected-end",
            side: "remote",
            offset: bytes.length,
            expected: "one message",
            received: `${bytes.length} bytes`,
          },
        );
      }
      if (decoder.next() === undefined) return message;
      throw new ProtocolError("Cannot decode datagram: it holds more than one message", {
        code: "unexpected-message",
        side: "remote",
        offset: decoder.offset ?? 0,
        expected: "one message",
        received: "more than one",
      });
    },
  };
}

/** Refuses what is no codec of datagrams, as JavaScript may pass it. @throws {TypeError} It is none. */
export function requireDatagramCodec<In, Out>(
  codec: DatagramCodec<In, Out>,
): DatagramCodec<In, Out> {
  if (typeof codec?.decode === "function") {
    requireFunction(codec.encode, "codec.encode");
    return codec;
  }
  const isCodec = typeof (codec as { session?: unknown } | undefined)?.session === "function";
  const advice = isCodec ? "; wrap it, as in asDatagrams(lines())" : "";
  throw new TypeError(`Cannot use codec: it has no decode() for datagrams${advice}`);
}
