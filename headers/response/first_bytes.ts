/** How {@linkcode firstBytes} ended. */
export interface FirstBytes {
  /** Bytes that were given. */
  readonly bytes: number;
  /** There were more. */
  readonly isCut: boolean;
}

/**
 * Gives the pieces of a body until `maxBytes` are given, the last one cut, and returns how much that was; then the body is
 * asked for no more.
 */
export async function* firstBytes(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, FirstBytes> {
  let left = maxBytes;
  for await (const piece of body) {
    if (piece.length > left) {
      if (left > 0) yield piece.subarray(0, left);
      return { bytes: maxBytes, isCut: true };
    }
    left -= piece.length;
    if (piece.length > 0) yield piece;
  }
  return { bytes: maxBytes - left, isCut: false };
}
