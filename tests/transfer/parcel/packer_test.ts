import { assert, assertEquals, assertLess } from "@std/assert";
import { Packer } from "../../../transfer/parcel/packer.ts";
import { inflate } from "../../../codec/deflate.ts";
import { bytesOf } from "../incoming.ts";

const text = bytesOf("the quick brown fox jumps over the lazy dog\n".repeat(1_000));
/** Bytes that nothing makes smaller; from a seed, so that they are the same each time. */
const noise = noiseOf(text.length);

function noiseOf(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Returns how many blocks go by until one is packed. */
async function blocksUntilPacked(packer: Packer): Promise<number> {
  for (let count = 0;; count++) if (await packer.pack(text) !== undefined) return count;
}

Deno.test("pack() makes text smaller, and what comes out becomes it again, when it is given some", async () => {
  const packed = await new Packer().pack(text);
  assert(packed !== undefined);
  assertLess(packed.length, text.length / 10);
  const inflated = await inflate(packed, { rawBytes: text.length, offset: 0 });
  assertEquals(new Uint8Array(inflated), text);
});

Deno.test("pack() leaves a block alone when it would hardly become smaller", async () => {
  for (const bytes of [noise, bytesOf("x"), noise.subarray(0, 10)]) {
    assertEquals(await new Packer().pack(bytes), undefined);
  }
});

Deno.test("pack() leaves more and more blocks alone, up to 32, when they never become smaller", async () => {
  const packer = new Packer();
  const pauses: number[] = [];
  for (let round = 0; round < 8; round++) {
    assertEquals(await packer.pack(noise), undefined);
    let pause = 0;
    // A block is tried when text becomes smaller; noise at that place tells the packer to wait longer.
    for (const limit = [1, 2, 4, 8, 16, 32, 32, 32][round]!; pause < limit; pause++) {
      assertEquals(await packer.pack(text), undefined);
    }
    pauses.push(pause);
  }
  assertEquals(pauses, [1, 2, 4, 8, 16, 32, 32, 32]);
  assertEquals(await blocksUntilPacked(packer), 0);
});

Deno.test("pack() tries each block again when one became smaller", async () => {
  const packer = new Packer();
  for (let block = 0; block < 10; block++) await packer.pack(noise);
  await blocksUntilPacked(packer);
  assertEquals(await packer.pack(noise), undefined);
  assertEquals(await blocksUntilPacked(packer), 1);
});

Deno.test("pack() makes nothing but zeros smaller at once, though all before them did not become so", async () => {
  const packer = new Packer();
  for (let count = 0; count < 10; count++) await packer.pack(noise);
  for (const length of [1 << 20, 1 << 20, 1001, 1 << 20]) {
    // From anywhere in a buffer.
    for (const from of [0, 1, 2, 3]) {
      const zeros = new Uint8Array(length + from).subarray(from);
      const packed = await packer.pack(zeros);
      assert(packed !== undefined);
      assertEquals(new Uint8Array(await inflate(packed, { rawBytes: length, offset: 0 })), zeros);
      for (const at of [0, 1, 2, 3, 5, length >> 1, length - 2, length - 1]) {
        const almost = zeros.slice();
        almost[at] = 1;
        const other = await new Packer().pack(almost);
        assert(other !== undefined);
        const inflated = await inflate(other, { rawBytes: length, offset: 0 });
        assertEquals(inflated[at], 1);
      }
    }
  }
  assertEquals(await packer.pack(new Uint8Array(4)), undefined);
});

/** How long a block takes as it is that a packer compresses in 10 ms, and how many of 200 it compresses. */
const TIMES: readonly (readonly [string, number, [from: number, to: number]])[] = [
  ["the network is faster than that", 1, [8, 20]],
  ["the network is a little slower than that", 15, [180, 198]],
  ["the network is much slower than that", 1000, [200, 200]],
];

for (const [what, sendMs, [from, to]] of TIMES) {
  Deno.test(`pack() compresses from ${from} to ${to} of 200 blocks when ${what}`, async () => {
    let now = 0;
    // It is asked twice for a block.
    const packer = new Packer(() => now += 10);
    const block = bytesOf("the quick brown fox\n".repeat(20_000));
    let packed = 0;
    for (let count = 0; count < 200; count++) {
      const isPacked = await packer.pack(block) !== undefined;
      if (isPacked) packed++;
      packer.noteSent(block.length, { ms: isPacked ? sendMs / 100 : sendMs, isPacked });
    }
    assert(packed >= from && packed <= to, `${packed} were compressed`);
  });
}
