// This module is browser compatible.

import type { ByteWriter } from "./byte_writer.ts";

/** Up to here a loop over the bytes is faster than a call that takes them all. */
const SHORT_BYTES = 16;
/** A call takes no more arguments than fit the stack of every engine. */
const BLOCK_BYTES = 4096;

/** Returns the bytes from `from` up to `to` as text of one character a byte (ISO 8859-1). */
export function latin1Text(
  bytes: Uint8Array,
  { from = 0, to = bytes.length }: { from?: number; to?: number } = {},
): string {
  let text = "";
  if (to - from <= SHORT_BYTES) {
    for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!);
    return text;
  }
  for (let at = from; at < to; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, Math.min(to, at + BLOCK_BYTES));
    // The function takes whatever is like an array of numbers; its type wants an array.
    text += String.fromCharCode.apply(null, block as unknown as number[]);
  }
  return text;
}

/** Returns text of one character a byte as the bytes that it stands for. Who calls it has looked that there are no others. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Says whether text is of ASCII alone, which is one byte a character in UTF-8 too. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** Writes text of characters up to U+00FF, one byte each. Who calls it has looked that there are no others. */
export function writeLatin1(text: string, writer: ByteWriter): void {
  const { length } = text;
  writer.reserve(length);
  const { buffer } = writer;
  let at = writer.length;
  for (let index = 0; index < length; index++) buffer[at++] = text.charCodeAt(index);
  writer.length = at;
}
