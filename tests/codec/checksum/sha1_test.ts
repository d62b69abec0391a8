import { assertEquals } from "@std/assert";
import { hexOf } from "../../../codec/bytes/hex.ts";
import { sha1 } from "../../../codec/checksum/sha1.ts";
import { utf8Bytes } from "../support.ts";

/** FIPS 180-4's examples, and those of one million bytes and none that NIST publishes with them. */
const DIGESTS: readonly [name: string, bytes: Uint8Array, digest: string][] = [
  ["nothing", utf8Bytes(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ["abc", utf8Bytes("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d"],
  [
    "two blocks",
    utf8Bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  ],
  [
    "a million a",
    new Uint8Array(1_000_000).fill(0x61),
    "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
  ],
];

for (const [name, bytes, digest] of DIGESTS) {
  Deno.test(`sha1() gives the published digest of ${name}`, () => {
    assertEquals(hexOf(sha1(bytes)), digest);
  });
}

Deno.test("sha1() gives what Web Crypto gives when the length is any around a block's", async () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 89 + length);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
    assertEquals(hexOf(sha1(bytes)), hexOf(digest), `${length} bytes`);
  }
});
