// This module is browser compatible.

import { type WideMask, wideMask } from "./wide_mask.ts";

/** Below this many bytes a loop over them is faster than one over words. */
const SHORT_BYTES = 64;
/** From here on the way into the memory of the wide one and back is worth it. */
const WIDE_MIN_BYTES = 1024;
/** So much goes that way at once: what stays in the fastest memory. */
const WIDE_BLOCK_BYTES = 16 * 1024;
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

/** Made when it is first needed. */
let wide: WideMask | undefined;
let wideAsked = false;

/** What {@linkcode copyMasked} copies, and where. */
export interface CopyMaskedOptions {
  /** Where it begins in what is copied. */
  readonly from: number;
  readonly into: Uint8Array;
  /** Where it begins there. */
  readonly at: number;
  readonly count: number;
  /** The mask as it applies to the first byte; 0 for none. */
  readonly mask: number;
}

/** Copies bytes, and masks or unmasks them (RFC 6455, 5.3). Says whether all that comes out is ASCII. */
export function copyMasked(
  bytes: Uint8Array,
  { from, into, at, count, mask }: CopyMaskedOptions,
): boolean {
  if (count <= SHORT_BYTES) return copyShort(bytes, { from, into, at, count, mask });
  let done = 0;
  let isAscii = true;
  if (count >= WIDE_MIN_BYTES && (wide ??= wideOnce())) {
    const { bytes: block } = wide;
    const end = count & ~15;
    while (done < end) {
      const size = Math.min(end - done, WIDE_BLOCK_BYTES);
      block.set(bytes.subarray(from + done, from + done + size));
      if (wide.run(size, mask) !== 0) isAscii = false;
      into.set(block.subarray(0, size), at + done);
      done += size;
    }
  }
  into.set(bytes.subarray(from + done, from + count), at + done);
  return applyMask(into, { from: at + done, to: at + count, mask }) && isAscii;
}

function wideOnce(): WideMask | undefined {
  if (wideAsked) return undefined;
  wideAsked = true;
  return wideMask();
}

function copyShort(
  bytes: Uint8Array,
  { from, into, at, count, mask }: CopyMaskedOptions,
): boolean {
  let high = 0;
  let index = at;
  let source = from;
  const end = at + count;
  if (mask === 0) {
    while (index < end) high |= into[index++] = bytes[source++]!;
    return (high & 0x80) === 0;
  }
  const [first, second, third] = [mask & 0xff, mask >> 8 & 0xff, mask >> 16 & 0xff];
  const fourth = mask >>> 24;
  for (; index + 3 < end; index += 4, source += 4) {
    const one = bytes[source]! ^ first;
    const two = bytes[source + 1]! ^ second;
    const three = bytes[source + 2]! ^ third;
    const four = bytes[source + 3]! ^ fourth;
    into[index] = one;
    into[index + 1] = two;
    into[index + 2] = three;
    into[index + 3] = four;
    high |= one | two | three | four;
  }
  if (index < end) high |= into[index++] = bytes[source++]! ^ first;
  if (index < end) high |= into[index++] = bytes[source++]! ^ second;
  if (index < end) high |= into[index] = bytes[source]! ^ third;
  return (high & 0x80) === 0;
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
