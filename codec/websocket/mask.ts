// This module is browser compatible.

/** Below this many bytes a loop over them is faster than one over words. */
const SHORT_BYTES = 64;
const HIGH_BITS = 0x80808080 | 0;

/** Returns a mask of four bytes as a number, the first one in the lowest bits. */
export function maskAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
}

/** Returns the mask as it applies to the byte that is `count` further on. */
export function turnMask(mask: number, count: number): number {
  const bits = (count & 3) << 3;
  return bits === 0 ? mask : mask >>> bits | mask << (32 - bits);
}

/**
 * Masks or unmasks bytes where they stand, from `from` up to `to` (RFC 6455, 5.3); `mask` is as it applies to the first one.
 * Says whether all that comes out is ASCII.
 */
export function applyMask(
  bytes: Uint8Array,
  { from, to, mask }: { from: number; to: number; mask: number },
): boolean {
  let high = 0;
  let at = from;
  let key = mask;
  if (to - from >= SHORT_BYTES) {
    const skew = -(bytes.byteOffset + from) & 3;
    for (; at < from + skew; at++) {
      const byte = bytes[at]! ^ (key & 0xff);
      bytes[at] = byte;
      high |= byte;
      key = key >>> 8 | key << 24;
    }
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 2);
    let wide = 0;
    for (let index = 0; index < words.length; index++) {
      const word = words[index]! ^ key;
      words[index] = word;
      wide |= word;
    }
    if ((wide & HIGH_BITS) !== 0) high = 0x80;
    at += words.length << 2;
  }
  for (; at < to; at++) {
    const byte = bytes[at]! ^ (key & 0xff);
    bytes[at] = byte;
    high |= byte;
    key = key >>> 8 | key << 24;
  }
  return (high & 0x80) === 0;
}
