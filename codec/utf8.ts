// This module is browser compatible.

import { requireCodec, requireText } from "./arguments.ts";
import type { Codec } from "./codec.ts";
import { mapped } from "./mapped.ts";
import { decodeText, requireWellFormed } from "./text.ts";

const encoder = new TextEncoder();

/**
 * Makes a codec's byte messages text. It refuses bytes that are no UTF-8 (RFC 3629), and to encode text with a lone
 * surrogate: nothing is replaced without a word.
 *
 * ```text
 *   00 00 00 03 e2 82 ac         utf8(lengthPrefixed()): "€"
 *   `---------' `------'
 *     length     UTF-8
 * ```
 *
 * @example
 * ```ts
 * import { lengthPrefixed, utf8 } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const codec = utf8(lengthPrefixed());
 * assert(codec.encode("€").join() === "0,0,0,3,226,130,172");
 * ```
 */
export function utf8(codec: Codec<Uint8Array>): Codec<string> {
  return mapped<Uint8Array, Uint8Array, string>(requireCodec(codec), {
    decode: (bytes, offset) => decodeText(bytes, { offset, what: "text", fatal: true }),
    encode(text) {
      requireWellFormed(requireText(text), "text");
      return encoder.encode(text);
    },
  });
}
