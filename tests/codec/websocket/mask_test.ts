import { assertEquals } from "@std/assert";
import { applyMask, maskAt, turnMask } from "../../../codec/websocket/mask.ts";
import { MASK } from "./frames.ts";

/** Around where words take over from bytes, and with every rest. */
const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 60, 63, 64, 65, 66, 67, 68, 71, 127, 128, 131];

Deno.test("applyMask() masks what it is given and nothing beside it, wherever that begins in memory", () => {
  for (let offset = 0; offset < 4; offset++) {
    for (let from = 0; from < 5; from++) {
      for (const size of SIZES) {
        const memory = new Uint8Array(offset + from + size + 8).fill(0x61);
        const bytes = memory.subarray(offset);
        applyMask(bytes, { from, to: from + size, mask: maskAt(MASK, 0) });
        const wanted = Uint8Array.from(memory, (_, at) => {
          const index = at - offset - from;
          return index < 0 || index >= size ? 0x61 : 0x61 ^ MASK[index % 4]!;
        });
        assertEquals(memory, wanted, `${size} bytes from ${from} at ${offset}`);
      }
    }
  }
});

Deno.test("applyMask() says whether all that comes out is ASCII, wherever the one that is not stands", () => {
  const mask = maskAt(MASK, 0);
  for (const size of SIZES) {
    const plain = Uint8Array.from({ length: size }, (_, at) => 0x61 ^ MASK[at % 4]!);
    assertEquals(applyMask(plain.slice(), { from: 0, to: size, mask }), true, `${size}`);
    for (let at = 0; at < size; at++) {
      const bytes = plain.slice();
      bytes[at]! ^= 0x80;
      assertEquals(applyMask(bytes, { from: 0, to: size, mask }), false, `${at} of ${size}`);
    }
  }
});

Deno.test("turnMask() gives the mask as it applies further on", () => {
  const mask = maskAt(MASK, 0);
  for (let count = 0; count < 10; count++) {
    const turned = Uint8Array.from(MASK, (_, at) => MASK[(at + count) % 4]!);
    assertEquals(turnMask(mask, count) | 0, maskAt(turned, 0), `${count}`);
  }
});
