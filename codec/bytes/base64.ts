// This module is browser compatible.

import { latin1Text } from "./latin1_text.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The codes of its characters, and of what fills the last four. */
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const PADDING = 61;

/** What each character stands for; 0xff where it is none of the alphabet. */
const VALUES = new Uint8Array(128).fill(0xff);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Returns bytes in base64, padded (RFC 4648, 4). */
export function base64Of(bytes: Uint8Array): string {
  const { length } = bytes;
  const text = new Uint8Array(Math.ceil(length / 3) * 4);
  let at = 0;
  let from = 0;
  for (; from + 2 < length; from += 3) {
    const bits = bytes[from]! << 16 | bytes[from + 1]! << 8 | bytes[from + 2]!;
    text[at++] = CODES[bits >> 18]!;
    text[at++] = CODES[bits >> 12 & 63]!;
    text[at++] = CODES[bits >> 6 & 63]!;
    text[at++] = CODES[bits & 63]!;
  }
  if (from < length) {
    const bits = bytes[from]! << 16 | (from + 1 < length ? bytes[from + 1]! << 8 : 0);
    text[at++] = CODES[bits >> 18]!;
    text[at++] = CODES[bits >> 12 & 63]!;
    text[at++] = from + 1 < length ? CODES[bits >> 6 & 63]! : PADDING;
    text[at++] = PADDING;
  }
  return latin1Text(text);
}

/**
 * Returns the bytes that base64 stands for, or nothing where it is not the one way to write them: a character that is none of
 * the alphabet, missing padding, and bits in the last character that belong to no byte (RFC 4648, 3.5).
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array(text.length / 4 * 3 - padding);
  let bits = 0;
  let count = 0;
  let length = 0;
  for (let at = 0; at < text.length - padding; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? 0xff;
    if (value === 0xff) return undefined;
    bits = (bits << 6 | value) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = bits >> count;
  }
  const leftOver = bits & ((1 << count) - 1);
  return leftOver === 0 ? bytes : undefined;
}
