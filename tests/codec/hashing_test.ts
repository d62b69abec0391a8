import { assert, assertEquals, assertFalse, assertNotEquals, assertThrows } from "@std/assert";
import { hmacSha256, sameDigest, sha256 } from "../../codec/hashing.ts";
import { utf8Bytes } from "./support.ts";

/** FIPS 180-4's examples, and those of one million bytes and none that NIST publishes with them. */
const DIGESTS: readonly [name: string, bytes: Uint8Array, digest: string][] = [
  ["nothing", utf8Bytes(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", utf8Bytes("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "two blocks",
    utf8Bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  [
    "a million a",
    new Uint8Array(1_000_000).fill(0x61),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  ],
];

/** The vectors of RFC 4231 §4.2 and §4.3: the other keys are no text. */
const MACS: readonly [key: string, text: string, mac: string][] = [
  [
    "\x0b".repeat(20),
    "Hi There",
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    "Jefe",
    "what do ya want for nothing?",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
];

for (const [name, bytes, digest] of DIGESTS) {
  Deno.test(`sha256() gives the published digest when it takes ${name} whole and in pieces`, () => {
    const whole = sha256();
    whole.update(bytes);
    assertEquals(whole.digest(), digest);
    const pieces = sha256();
    for (let at = 0; at < bytes.length; at += 99_991) {
      pieces.update(bytes.subarray(at, at + 99_991));
    }
    assertEquals(pieces.digest(), digest);
  });
}

Deno.test("sha256() gives the digest of each beginning when it is copied between", () => {
  const hasher = sha256();
  for (let length = 0; length < 130; length++) {
    const beginning = sha256();
    beginning.update(new Uint8Array(length).fill(7));
    const copy = hasher.copy();
    assertEquals([copy.copy().digest(), copy.digest()], Array(2).fill(beginning.digest()));
    hasher.update(Uint8Array.of(7));
  }
  const copy = hasher.copy();
  copy.update(Uint8Array.of(7));
  assertNotEquals(copy.digest(), hasher.digest());
});

Deno.test("sha256() throws when bytes follow the digest", () => {
  const hasher = sha256();
  hasher.digest();
  assertThrows(() => hasher.update(utf8Bytes("a")));
  assertThrows(() => hasher.digest());
});

for (const [key, text, mac] of MACS) {
  Deno.test(`hmacSha256() gives the code of RFC 4231 when the text is "${text}"`, () => {
    assertEquals(hmacSha256(key, text), mac);
  });
}

Deno.test("hmacSha256() gives what Web Crypto gives when the key is long or is no ASCII", async () => {
  for (const key of ["a", "é€😀", "k".repeat(64), "k".repeat(65), "k".repeat(1000)]) {
    const usage = { name: "HMAC", hash: "SHA-256" };
    const imported = await crypto.subtle.importKey("raw", utf8Bytes(key), usage, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8Bytes("text €")));
    const expected = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
    assertEquals(hmacSha256(key, "text €"), expected);
  }
});

Deno.test("sameDigest() says true only when every character is the same", () => {
  const digest = "0123456789abcdef".repeat(4);
  assert(sameDigest(digest, `${digest}`));
  for (let at = 0; at < digest.length; at++) {
    assertFalse(sameDigest(digest, `${digest.slice(0, at)}x${digest.slice(at + 1)}`));
  }
});

Deno.test("sameDigest() says false when the lengths differ in characters or in bytes", () => {
  for (const other of ["", "ab", "abcd", "ab€"]) assertFalse(sameDigest("abc", other));
});
