import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { crc32c } from "../../codec/mod.ts";
import { CHECK, hex, utf8Bytes } from "./support.ts";

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

/** The definition: one bit at a time. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

Deno.test("crc32c() agrees with the bitwise definition when the bytes are arbitrary", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (bytes, from) => {
      const part = bytes.subarray(from);
      assertEquals(crc32c(part), bitwise(part));
    }),
    CHECK,
  );
});

Deno.test("crc32c() changes when any one bit is flipped", () => {
  const bytes = utf8Bytes("a message of some twenty bytes");
  const sound = crc32c(bytes);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    assertNotEquals(crc32c(bytes), sound);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
});
