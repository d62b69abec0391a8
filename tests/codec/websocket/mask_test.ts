import { assert, assertEquals } from "@std/assert";
import { applyMask, copyMasked, maskAt, turnMask } from "../../../codec/websocket/mask.ts";
import { wideMask } from "../../../codec/websocket/wide_mask.ts";
import { MASK } from "./frames.ts";

/** Around where words take over from bytes, and with every rest. */
const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 60, 63, 64, 65, 66, 67, 68, 71, 127, 128, 131];

/** Around where vectors take over, and where what goes through them at once ends. */
const WIDE_SIZES = [1023, 1024, 1025, 1039, 1040, 16_383, 16_384, 16_385, 16_400, 40_007];

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

Deno.test("copyMasked() copies and masks what it is told and nothing beside it, wherever that begins", () => {
  for (const size of [...SIZES, ...WIDE_SIZES]) {
    for (const [from, at] of [[0, 0], [1, 3], [6, 17]] as const) {
      const bytes = Uint8Array.from({ length: from + size + 8 }, (_, index) => index * 7 & 0xff);
      for (const mask of [maskAt(MASK, 0), 0]) {
        const into = new Uint8Array(at + size + 8).fill(0x61);
        copyMasked(bytes, { from, into, at, count: size, mask });
        const wanted = into.map((_, index) => {
          const place = index - at;
          if (place < 0 || place >= size) return 0x61;
          return bytes[from + place]! ^ (mask === 0 ? 0 : MASK[place % 4]!);
        });
        assertEquals(into, wanted, `${size} bytes from ${from} to ${at}`);
      }
    }
  }
});

Deno.test("copyMasked() says whether all that comes out is ASCII, wherever the one that is not stands", () => {
  for (const size of [...SIZES, ...WIDE_SIZES]) {
    const into = new Uint8Array(size);
    const copied = (bytes: Uint8Array, mask: number) =>
      copyMasked(bytes, { from: 0, into, at: 0, count: size, mask });
    const plain = Uint8Array.from({ length: size }, (_, at) => 0x61 ^ MASK[at % 4]!);
    assertEquals(copied(plain, maskAt(MASK, 0)), true, `${size}`);
    assertEquals(copied(new Uint8Array(size), 0), true, `${size} that are not masked`);
    const step = Math.max(1, Math.floor(size / 37));
    for (let at = 0; at < size; at += step) {
      const bytes = plain.slice();
      bytes[at]! ^= 0x80;
      assertEquals(copied(bytes, maskAt(MASK, 0)), false, `${at} of ${size}`);
      assertEquals(
        copied(new Uint8Array(size).fill(0x80, at, at + 1), 0),
        false,
        `${at} of ${size}`,
      );
    }
  }
});

Deno.test("wideMask() is nothing where there is no WebAssembly, or a page's policy forbids it", () => {
  assert(wideMask() !== undefined, "the runtimes that this runs on have it");
  const { Module } = WebAssembly;
  const put = (value: unknown) =>
    Object.defineProperty(WebAssembly, "Module", { value, writable: true, configurable: true });
  try {
    put(() => {
      throw new WebAssembly.CompileError("forbidden");
    });
    assertEquals(wideMask(), undefined);
    put(undefined);
    assertEquals(wideMask(), undefined);
  } finally {
    put(Module);
  }
});
