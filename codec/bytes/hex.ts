// This module is browser compatible.

/** Returns bytes as two hexadecimal digits each, with `between` between them. */
export function hexOf(bytes: Uint8Array, between = ""): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(between);
}
