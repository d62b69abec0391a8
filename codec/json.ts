// This module is browser compatible.

import { requireCodec, requireFunction, requireNames } from "./arguments.ts";
import type { Codec } from "./codec.ts";
import { ProtocolError, type ProtocolErrorSide } from "./errors.ts";
import { lines, type LinesOptions } from "./lines.ts";
import { mapped } from "./mapped.ts";
import { decodeText } from "./text.ts";

const encoder = new TextEncoder();

/** What JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** How {@linkcode json} checks. */
export interface JsonOptions<Value> {
  /** Returns the value where it is a valid message, and throws where it is not (a schema's `parse`). */
  parse: (value: unknown) => Value;
}

/**
 * Makes a codec's byte messages JSON values (RFC 8259). It refuses bytes that are no UTF-8, text that is no JSON and,
 * with `parse`, values that are no message (`bad-message`); and to encode what JSON cannot say. As everywhere in
 * JavaScript, NaN and the infinities are written as null.
 *
 * ```text
 *   00 00 00 07 7b 22 61 22 3a 31 7d      json(lengthPrefixed()): {"a":1}
 *   `---------' `------------------'
 *     length            JSON
 * ```
 *
 * @example Typed and checked end to end
 * ```ts
 * import { checksummed, json, lengthPrefixed } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const codec = json(checksummed(lengthPrefixed()), {
 *   parse(value): { celsius: number } {
 *     if (typeof value === "object" && value !== null && "celsius" in value) {
 *       if (typeof value.celsius === "number") return { celsius: value.celsius };
 *     }
 *     throw new TypeError("No celsius");
 *   },
 * });
 * const decoder = codec.decoder();
 * decoder.push(codec.encode({ celsius: 21.5 }));
 * assert(decoder.next()?.celsius === 21.5);
 * ```
 */
export function json<Value = JsonValue>(
  codec: Codec<Uint8Array>,
  options?: JsonOptions<Value>,
): Codec<Value> {
  requireNames(options ?? {}, { what: "options of json()", names: ["parse"] });
  if (options) requireFunction(options.parse, "parse");
  return mapped<Uint8Array, Uint8Array, Value>(requireCodec(codec), {
    decode: (bytes, offset) => decodeJson(bytes, { offset, options }),
    encode: encodeJson,
  });
}

/** How {@linkcode jsonLines} cuts and checks. */
export interface JsonLinesOptions<Value>
  extends Pick<LinesOptions, "maxBytes">, Partial<JsonOptions<Value>> {}

/**
 * One JSON value a line (JSON Lines, NDJSON). It refuses what {@linkcode json} and {@linkcode lines} refuse, with
 * lines from the peer of at most `maxBytes` (8 KiB). Lines end with LF or CRLF; empty ones are passed over.
 *
 * ```text
 *   7b 22 61 22 3a 31 7d 0a      {"a":1} LF
 *   `------------------' `-- ending
 *          JSON
 * ```
 *
 * @example
 * ```ts
 * import { jsonLines } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const bytes = jsonLines().encode({ a: 1 });
 * assert(new TextDecoder().decode(bytes) === '{"a":1}\n');
 * ```
 */
export function jsonLines<Value = JsonValue>(
  options: JsonLinesOptions<Value> = {},
): Codec<Value> {
  requireNames(options, { what: "options of jsonLines()", names: ["maxBytes", "parse"] });
  const { maxBytes, parse } = options;
  if (parse) requireFunction(parse, "parse");
  const framing = lines({
    ending: "lf",
    binary: true,
    ...maxBytes !== undefined && { maxBytes },
  });
  return mapped<Uint8Array, Uint8Array, Value>(framing, {
    decode(line, offset) {
      const blank = line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
      if (blank) return undefined;
      return decodeJson(line, { offset, options: parse && { parse } });
    },
    encode: encodeJson,
  });
}

function decodeJson<Value>(
  bytes: Uint8Array,
  { offset, options }: {
    offset: number;
    options: JsonOptions<Value> | undefined;
  },
): Value {
  const text = decodeText(bytes, { offset, what: "JSON", fatal: true });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal("bad-json", {
      tried: "decode JSON",
      side: "remote",
      offset,
      expected: "JSON",
      cause,
    });
  }
  // Without `parse` the value is what JSON can say, which is what Value then stands for.
  if (!options) return value as Value;
  try {
    return options.parse(value);
  } catch (cause) {
    throw refusal("bad-message", {
      tried: "accept message",
      side: "remote",
      offset,
      expected: "a valid message",
      cause,
    });
  }
}

function encodeJson(value: unknown): Uint8Array {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return encoder.encode(text);
  throw refusal("bad-json", {
    tried: "encode JSON",
    side: "local",
    offset: 0,
    expected: "a value that JSON can say",
    cause: cause ?? new TypeError(`JSON cannot say ${typeof value}`),
  });
}

function refusal(
  code: "bad-json" | "bad-message",
  { tried, side, offset, expected, cause }: {
    tried: string;
    side: ProtocolErrorSide;
    offset: number;
    expected: string;
    cause: unknown;
  },
): ProtocolError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ProtocolError(`Cannot ${tried} at offset ${offset}: ${reason}`, {
    code,
    side,
    offset,
    expected,
    received: reason,
    cause,
  });
}
