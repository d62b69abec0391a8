// This module is browser compatible.

/** Two digits for each byte: to look them up costs a tenth of making them. */
const DIGITS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/** Returns bytes as two hexadecimal digits each, with `between` between them. */
export function hexOf(bytes: Uint8Array, between = ""): string {
  let text = "";
  for (const byte of bytes) text += (text === "" ? "" : between) + DIGITS[byte];
  return text;
}
