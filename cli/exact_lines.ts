import { type Codec, lines, mapped } from "../codec/mod.ts";
import { decodeText, requireWellFormed } from "../codec/text.ts";

/** A line: text, or its bytes where they are no UTF-8. */
export type ExactLine = string | Uint8Array;

const encoder = new TextEncoder();

/**
 * Returns a codec of lines for a program that hands on what others wrote: a line that is no UTF-8 comes as its bytes, so
 * that it can go on as it came. It refuses lines from the peer over `maxBytes` (8 KiB).
 *
 * @example
 * ```ts
 * import { exactLines } from "@parley/sockets/cli";
 * import { assert } from "@std/assert";
 * const decoder = exactLines().decoder();
 * decoder.push(new Uint8Array([104, 105, 10, 255, 10]));
 * assert(decoder.next() === "hi");
 * assert(String(decoder.next()) === "255");
 * ```
 */
export function exactLines(options: { maxBytes?: number } = {}): Codec<ExactLine> {
  return mapped(lines({ ...options, binary: true }), { decode: exactLine, encode: exactLineBytes });
}

/** Returns a line as text; what is no UTF-8 becomes U+FFFD. */
export function textOf(line: ExactLine): string {
  return typeof line === "string"
    ? line
    : decodeText(line, { offset: 0, what: "line", fatal: false });
}

/** Returns bytes as text, or as they are where they are no UTF-8. */
export function exactLine(bytes: Uint8Array): ExactLine {
  try {
    return decodeText(bytes, { offset: 0, what: "line", fatal: true });
  } catch {
    return bytes;
  }
}

/** Returns the bytes of a line. @throws {ProtocolError} It is text that UTF-8 cannot say. */
export function exactLineBytes(line: ExactLine): Uint8Array {
  if (typeof line !== "string") return line;
  requireWellFormed(line, "line");
  return encoder.encode(line);
}
