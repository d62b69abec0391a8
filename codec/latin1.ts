// This module is browser compatible.

import { requireCodec, requireText } from "./arguments.ts";
import { latin1Text } from "./bytes/latin1_text.ts";
import type { Codec } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { mapped } from "./mapped.ts";

/**
 * Makes a codec's byte messages text of one character a byte (ISO 8859-1), for peers that know no UTF-8. It refuses to
 * encode a character over U+00FF. Messages that are no bytes, such as the errors of `lines({ onTooLong: "skip" })`, pass as
 * they are.
 *
 * ```text
 *   00 00 00 02 e9 21            latin1(lengthPrefixed()): "é!"
 *   `---------' `---'
 *     length    one byte a character
 * ```
 *
 * @example
 * ```ts
 * import { latin1, lengthPrefixed } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * const codec = latin1(lengthPrefixed());
 * assert(codec.encode("é!").join() === "0,0,0,2,233,33");
 * ```
 */
export function latin1<In>(
  codec: Codec<In, Uint8Array>,
): Codec<string | Exclude<In, Uint8Array>, string> {
  return mapped<In, Uint8Array, string | Exclude<In, Uint8Array>, string>(requireCodec(codec), {
    decode(message) {
      if (message instanceof Uint8Array) return latin1Text(message);
      // The compiler does not take bytes out of `In` by itself.
      return message as Exclude<In, Uint8Array>;
    },
    encode: bytesOf,
  });
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(requireText(text).length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 255) throw outside(text, at);
    bytes[at] = unit;
  }
  return bytes;
}

function outside(text: string, at: number): ProtocolError {
  const received = `U+${text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return new ProtocolError(
    `Cannot encode text: ${received} at ${at} is no character of ISO 8859-1`,
    {
      code: "bad-message",
      side: "local",
      offset: at,
      expected: "characters up to U+00FF",
      received,
    },
  );
}
