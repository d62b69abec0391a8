// This module is browser compatible.

import { latin1Text } from "./latin1_text.ts";

/** Two digits for each byte: to look them up costs a tenth of making them. */
const DIGITS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/** Returns bytes as two hexadecimal digits each, with `between` between them. */
export function hexOf(bytes: Uint8Array, between = ""): string {
  if (bytes.length > LONG_BYTES && between === "") return longHexOf(bytes);
  let text = "";
  for (const byte of bytes) text += (text === "" ? "" : between) + DIGITS[byte];
  return text;
}

/** Bytes of one row of a dump. */
export const ROW_BYTES = 16;

/** Returns up to 16 bytes as a row of a dump: two hexadecimal digits each, and behind them what is printable ASCII. */
export function hexRow(bytes: Uint8Array): string {
  const plain = Array.from(
    bytes,
    (byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".",
  );
  return `${hexOf(bytes, " ").padEnd(ROW_BYTES * 3 - 1)}  ${plain.join("")}`;
}

/** From here on text that is put together byte by byte costs many times its memory. */
const LONG_BYTES = 256;

function longHexOf(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    digits[2 * at] = digitOf(byte >> 4);
    digits[2 * at + 1] = digitOf(byte & 15);
  }
  return latin1Text(digits);
}

function digitOf(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}
