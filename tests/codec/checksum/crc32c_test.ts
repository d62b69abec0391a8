import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { crc32cBy, FOLD_FROM_BYTES } from "../../../codec/checksum/crc32c.ts";
import { openFold, PIECE_BYTES, WINDOW_BYTES } from "../../../codec/checksum/crc32c_simd.ts";
import { crc32c } from "../../../codec/mod.ts";
import { CHECK, hex, utf8Bytes } from "../support.ts";

Deno.test("crc32c() gives the published values", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, at) => at);
  const read = hex(
    "01c00000 00000000 00000000 00000000 14000000 00000400 00000014 00000018 28000000 00000000 02000000 00000000",
  );
  // The first is the catalogue's check value, the others are RFC 3720's (B.4), read in its byte order.
  const vectors: [Uint8Array, number][] = [
    [utf8Bytes("123456789"), 0xe3069283],
    [new Uint8Array(0), 0],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [ascending, 0x46dd794e],
    [ascending.toReversed(), 0x113fdb5c],
    [read, 0xd9963a56],
  ];
  for (const [bytes, expected] of vectors) assertEquals(crc32c(bytes), expected);
});

/** The definition, one bit at a time: what each first part of `bytes` has, by its length. */
function bitwise(bytes: Uint8Array): Uint32Array {
  const checksums = new Uint32Array(bytes.length + 1);
  let crc = 0xffffffff;
  for (const [at, byte] of bytes.entries()) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    checksums[at + 1] = ~crc;
  }
  return checksums;
}

/** Bytes of no pattern, by xorshift, the same in every run. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = 0x9e3779b9;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

const NOISE = noise(3 * 1024 * 1024);
const EXPECTED = bitwise(NOISE);

Deno.test("crc32c() agrees with the bitwise definition at every length up to 2048", () => {
  for (let length = 0; length <= 2048; length++) {
    assertEquals(crc32c(NOISE.subarray(0, length)), EXPECTED[length], `${length} bytes`);
  }
});

Deno.test("crc32c() agrees with the bitwise definition around each inner boundary", () => {
  const boundaries = [FOLD_FROM_BYTES];
  for (let pieces = 1; pieces <= 4; pieces++) {
    boundaries.push(pieces * PIECE_BYTES, pieces * PIECE_BYTES + WINDOW_BYTES);
  }
  for (const boundary of boundaries) {
    for (let length = boundary - 33; length <= boundary + 33; length++) {
      assertEquals(crc32c(NOISE.subarray(0, length)), EXPECTED[length], `${length} bytes`);
    }
  }
});

Deno.test("crc32c() agrees with the bitwise definition when the input is of 3 MiB", () => {
  assertEquals(crc32c(NOISE), EXPECTED.at(-1));
});

Deno.test("crc32c() gives the same at every offset in the buffer", () => {
  for (const length of [37, FOLD_FROM_BYTES + 5, PIECE_BYTES + FOLD_FROM_BYTES + 7]) {
    const moved = new Uint8Array(length + 17);
    for (let offset = 0; offset <= 17; offset++) {
      moved.fill(0xee).set(NOISE.subarray(0, length), offset);
      const part = moved.subarray(offset, offset + length);
      assertEquals(crc32c(part), EXPECTED[length], `${length} bytes at ${offset}`);
    }
  }
});

Deno.test("crc32c() agrees with the bitwise definition when the bytes are arbitrary", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (bytes, from) => {
      const part = bytes.subarray(from);
      assertEquals(crc32c(part), bitwise(part)[part.length]);
    }),
    CHECK,
  );
});

Deno.test("crc32c() goes on from the checksum of the bytes before, wherever they are split", () => {
  const length = fc.oneof(fc.nat(3 * FOLD_FROM_BYTES), fc.nat(3 * PIECE_BYTES));
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), (lengths) => {
      let at = 0;
      let checksum = 0;
      for (const length of lengths) {
        checksum = crc32c(NOISE.subarray(at, at + length), checksum);
        at += length;
        assertEquals(checksum, EXPECTED[at]);
      }
    }),
    CHECK,
  );
});

Deno.test("crc32c() leaves its input as it is", () => {
  const bytes = NOISE.slice(0, PIECE_BYTES * 2);
  crc32c(bytes, 1);
  assertEquals(bytes, NOISE.subarray(0, PIECE_BYTES * 2));
});

Deno.test("crc32c() changes when any one bit is flipped", () => {
  for (const length of [64, FOLD_FROM_BYTES]) {
    const bytes = NOISE.slice(0, length);
    const sound = crc32c(bytes);
    for (let bit = 0; bit < length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      assertNotEquals(crc32c(bytes), sound);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    assertEquals(crc32c(bytes), sound);
  }
});

Deno.test("crc32cBy() gives the same with a fold and without", () => {
  const fold = openFold();
  assertNotEquals(fold, undefined);
  const edges = [0, 1, 15, 16, 17, 18].map((more) => WINDOW_BYTES + more);
  for (const length of [...edges, FOLD_FROM_BYTES, 5 * PIECE_BYTES + 3]) {
    for (const before of [0, 1, 0x80000000, 0xffffffff]) {
      const bytes = NOISE.subarray(7, 7 + length);
      const expected = crc32cBy(undefined, { bytes, before });
      assertEquals(crc32cBy(fold, { bytes, before }), expected, `${length} bytes after ${before}`);
    }
  }
  assertEquals(crc32cBy(undefined, { bytes: NOISE, before: 0 }), EXPECTED.at(-1));
});
