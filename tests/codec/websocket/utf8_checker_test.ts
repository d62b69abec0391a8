import { assert, assertEquals } from "@std/assert";
import { Utf8Checker } from "../../../codec/websocket/utf8_checker.ts";

/** Third bytes: the ends of what a first or second byte asks for, and one of each kind beside them. */
const THIRD = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff];

Deno.test("Utf8Checker passes every character, whole and byte by byte", () => {
  const checker = new Utf8Checker();
  const encoder = new TextEncoder();
  for (let code = 0; code <= 0x10ffff; code += 0x400) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const codes = Array.from({ length: 0x400 }, (_, at) => code + at);
    const bytes = encoder.encode(String.fromCodePoint(...codes));
    assertEquals(checker.check(bytes, { from: 0, to: bytes.length }), -1);
    assert(checker.isWhole);
    for (let at = 0; at < bytes.length; at++) {
      if (checker.check(bytes, { from: at, to: at + 1 }) >= 0) assertEquals(at, -1, `${code}`);
    }
    assert(checker.isWhole);
  }
});

Deno.test("Utf8Checker finds the first impossible byte of all that two bytes can be, and of three", () => {
  const begins = beginnings();
  const bytes = new Uint8Array(3);
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      for (const third of THIRD) {
        bytes.set([first, second, third]);
        const checker = new Utf8Checker();
        const bad = checker.check(bytes, { from: 0, to: 3 });
        const wanted = expectedBad(bytes, begins);
        if (bad !== wanted) assertEquals(bad, wanted, `${bytes}`);
        const apart = new Utf8Checker();
        let found = -1;
        for (let at = 0; at < 3 && found < 0; at++) {
          found = apart.check(bytes, { from: at, to: at + 1 });
        }
        if (found !== wanted) assertEquals(found, wanted, `${bytes}, byte by byte`);
        if (wanted < 0 && checker.isWhole !== apart.isWhole) assert(false, `${bytes}`);
      }
    }
  }
});

Deno.test("Utf8Checker begins anew when reset inside a character", () => {
  const checker = new Utf8Checker();
  assertEquals(checker.check(Uint8Array.of(0xed), { from: 0, to: 1 }), -1);
  assert(!checker.isWhole);
  checker.reset();
  assert(checker.isWhole);
  assertEquals(checker.check(Uint8Array.of(0xc3, 0xbf), { from: 0, to: 2 }), -1);
});

/** Returns all that a character in UTF-8 can begin with, up to three bytes, as TextEncoder writes them. */
function beginnings(): Set<number> {
  const begins = new Set<number>();
  const encoder = new TextEncoder();
  // Of those of four bytes the last six bits change only the fourth.
  for (let code = 0; code <= 0x10ffff; code += code < 0x10000 ? 1 : 64) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const bytes = encoder.encode(String.fromCodePoint(code));
    let key = 0;
    for (let count = 1; count <= Math.min(bytes.length, 3); count++) {
      key = key << 8 | bytes[count - 1]!;
      begins.add(count << 24 | key | (count === bytes.length ? WHOLE : 0));
    }
  }
  return begins;
}

/** Marks a beginning that is all of its character. */
const WHOLE = 1 << 28;

function expectedBad(bytes: Uint8Array, begins: ReadonlySet<number>): number {
  let key = 0;
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    key = key << 8 | bytes[at]!;
    count++;
    if (begins.has(count << 24 | key | WHOLE)) key = count = 0;
    else if (!begins.has(count << 24 | key)) return at;
  }
  return -1;
}
