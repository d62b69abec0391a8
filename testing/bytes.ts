/** Returns the bytes that a hex string spells; spaces are for the reader. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const pairs = digits.replaceAll(/\s/g, "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

/** Returns all the bytes behind one another. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Cuts bytes at positions, which may come in any order and beyond the end. Each chunk is a copy of its own. */
export function cutAt(
  bytes: Uint8Array,
  positions: readonly number[],
): Uint8Array<ArrayBuffer>[] {
  const sorted = positions.map((position) => Math.min(position, bytes.length));
  sorted.sort((a, b) => a - b);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let from = 0;
  for (const to of [...sorted, bytes.length]) {
    chunks.push(new Uint8Array(bytes.subarray(from, to)));
    from = to;
  }
  return chunks;
}

/** Cuts bytes into chunks of `size`. */
export function cutEvery(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer>[] {
  const positions: number[] = [];
  for (let at = size; at < bytes.length; at += size) positions.push(at);
  return cutAt(bytes, positions);
}
