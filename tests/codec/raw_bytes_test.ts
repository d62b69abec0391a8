import { assertEquals } from "@std/assert";
import { bytes } from "../../codec/raw_bytes.ts";
import { decodeChunks, drain, hex, joined } from "./support.ts";

Deno.test("bytes() gives what arrives as it arrives, and never an empty piece", () => {
  const decoder = bytes().decoder();
  assertEquals(decoder.next(), undefined);
  decoder.push(hex("68 69"));
  decoder.push(hex("21"));
  assertEquals(drain(decoder), [hex("68 69 21")], "glued");
  decoder.push(new Uint8Array(0));
  assertEquals(decoder.next(), undefined);
  decoder.end();
  assertEquals(decoder.next(), undefined);
});

Deno.test("bytes() gives pieces that own their bytes", () => {
  const decoder = bytes().decoder();
  const chunk = hex("01 02");
  decoder.push(chunk);
  const piece = decoder.next();
  chunk.fill(9);
  assertEquals(piece, hex("01 02"));
});

Deno.test("bytes() writes bytes as they are, and hands on what nobody took", () => {
  assertEquals(bytes().encode(hex("ff 00 0a")), hex("ff 00 0a"));
  const decoder = bytes().decoder();
  decoder.push(hex("01 02 03"));
  assertEquals(decoder.peek!(2), hex("01 02"));
  assertEquals(decoder.rest!(), hex("01 02 03"));
  assertEquals(decoder.offset, 3);
});

Deno.test("bytes() is the same stream however it was cut", () => {
  const all = hex("00 01 02 03 04 05 06 07");
  for (let cut = 0; cut <= all.length; cut++) {
    const decoder = bytes().decoder();
    const pieces: Uint8Array[] = [];
    for (const chunk of [all.slice(0, cut), all.slice(cut)]) {
      decoder.push(chunk);
      pieces.push(...drain(decoder));
    }
    assertEquals(joined(pieces), all);
  }
  assertEquals(decodeChunks(bytes(), [all]).error, undefined);
});
