// This module is browser compatible.

const BLOCK_BYTES = 64;
const ROUNDS = 80;
/** Behind the message stand a bit, and its length in eight bytes. */
const TRAILER_BYTES = 9;

/**
 * Returns the SHA-1 of bytes (FIPS 180-4, 6.1), which are copied: it is for short ones. It protects nothing against somebody
 * who wants two messages with one digest; protocols that are older than that still ask for it, as the handshake of WebSocket.
 */
export function sha1(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = withTrailer(bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(ROUNDS);
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) {
    for (let index = 0; index < 16; index++) words[index] = padded.getInt32(at + 4 * index);
    mix(state, words);
  }
  const digest = new DataView(new ArrayBuffer(4 * state.length));
  for (const [index, word] of state.entries()) digest.setInt32(4 * index, word);
  return new Uint8Array(digest.buffer);
}

function withTrailer(bytes: Uint8Array): DataView {
  const blocks = Math.ceil((bytes.length + TRAILER_BYTES) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  return view;
}

/** Takes one block, which is in the first 16 of the words, into the state (6.1.2). */
function mix(state: Int32Array, words: Int32Array): void {
  for (let round = 16; round < ROUNDS; round++) {
    const mixed = words[round - 3]! ^ words[round - 8]! ^ words[round - 14]! ^ words[round - 16]!;
    words[round] = rotated(mixed, 1);
  }
  let [a, b, c, d, e] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!];
  for (let round = 0; round < ROUNDS; round++) {
    const [chosen, constant] = round < 20
      ? [b & c | ~b & d, 0x5a827999]
      : round < 40
      ? [b ^ c ^ d, 0x6ed9eba1]
      : round < 60
      ? [b & c | b & d | c & d, 0x8f1bbcdc]
      : [b ^ c ^ d, 0xca62c1d6];
    const next = rotated(a, 5) + chosen + e + constant + words[round]! | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  // Each stays a number of 32 bits.
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

function rotated(word: number, bits: number): number {
  return word << bits | word >>> (32 - bits);
}
