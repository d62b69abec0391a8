import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import {
  type Block,
  BlockReader,
  type BlockSource,
} from "../../../transfer/sources/block_reader.ts";
import { BlockSpeed } from "../../../transfer/block_speed.ts";
import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES } from "../../../codec/parcel/parcel.ts";
import { stateOf } from "../../../testing/turns.ts";
import { bytesOf } from "../incoming.ts";

/** A source that gives text in pieces, by whichever way it is asked; an error in their place is thrown. */
class Pieces implements BlockSource {
  /** How often it was asked in each way. */
  readonly asked = { read: 0, readSync: 0 };
  readonly #pieces: (string | Error)[];

  constructor(...pieces: (string | Error)[]) {
    this.#pieces = pieces;
  }

  read(into: Uint8Array): Promise<number | null> {
    this.asked.read++;
    return new Promise((resolve) => resolve(this.#next(into)));
  }

  readSync(into: Uint8Array): number | null {
    this.asked.readSync++;
    return this.#next(into);
  }

  #next(into: Uint8Array): number | null {
    const piece = this.#pieces.shift();
    if (piece === undefined) return null;
    if (piece instanceof Error) throw piece;
    const bytes = bytesOf(piece);
    const count = Math.min(into.length, bytes.length);
    into.set(bytes.subarray(0, count));
    if (count < bytes.length) this.#pieces.unshift(piece.slice(count));
    return count;
  }
}

/** The same, that can only be waited for. */
function waited(source: BlockSource): BlockSource {
  return { read: (into) => source.read(into) };
}

/** Reads every block as text. */
async function blocksOf(reader: BlockReader): Promise<string[]> {
  const blocks: string[] = [];
  for (let block; (block = await reader.next()) !== undefined;) blocks.push(textOf(block));
  await reader.release();
  return blocks;
}

function textOf({ bytes }: Block): string {
  return new TextDecoder().decode(bytes);
}

/** Every way to read: at once, waiting, and first the one and then the other. */
const WAYS = {
  "at once": (source: Pieces) => ({ source, speed: new BlockSpeed(() => 0) }),
  "by waiting": (source: Pieces) => ({ source: waited(source), speed: new BlockSpeed(() => 0) }),
  "at once, and by waiting once that is slow": (source: Pieces) => {
    let [asked, ms] = [0, 0];
    // Each third read takes 10 ms.
    return { source, speed: new BlockSpeed(() => ms += asked++ % 6 === 5 ? 10 : 0) };
  },
};

for (const [way, prepare] of Object.entries(WAYS)) {
  const readerOf = (pieces: (string | Error)[], options: { maxBytes?: number } = {}) => {
    const { source, speed } = prepare(new Pieces(...pieces));
    return new BlockReader(source, { blockBytes: 4, speed, ...options });
  };

  Deno.test(`a block reader gives whole blocks and a shorter last one when it reads ${way}`, async () => {
    const whole = ["0123", "4567", "89"];
    assertEquals(await blocksOf(readerOf(["0123456789"])), whole);
    assertEquals(await blocksOf(readerOf(["0", "12", "34567", "8", "9"])), whole);
    assertEquals(await blocksOf(readerOf(Array.from("0123456789"))), whole);
  });

  Deno.test(`a block reader ends exactly at a block's end when it reads ${way}`, async () => {
    assertEquals(await blocksOf(readerOf(["01234567"])), ["0123", "4567"]);
    assertEquals(await blocksOf(readerOf(["0123"])), ["0123"]);
    assertEquals(await blocksOf(readerOf([])), []);
  });

  Deno.test(`a block reader gives maxBytes and no more when it reads ${way}`, async () => {
    for (const maxBytes of [0, 1, 3, 4, 5, 8, 9]) {
      const blocks = await blocksOf(readerOf(["01234", "56789"], { maxBytes }));
      assertEquals(blocks.join(""), "0123456789".slice(0, maxBytes));
      assertEquals(blocks.length, Math.ceil(maxBytes / 4));
    }
    assertEquals(await blocksOf(readerOf(["01"], { maxBytes: 9 })), ["01"]);
  });

  Deno.test(`a block reader throws the source's error in its turn when it reads ${way}`, async () => {
    const broken = new Error("broken");
    const reader = readerOf(["0123", "4567", broken]);
    assertEquals(textOf((await reader.next())!), "0123");
    assertEquals(textOf((await reader.next())!), "4567");
    assertStrictEquals(await assertRejects(() => reader.next()), broken);
    await reader.release();
  });

  Deno.test(`a block holds until the next call, with room for a head, when it is read ${way}`, async () => {
    const reader = readerOf(["0123", "4567", "89ab", "cd"]);
    for (let block; (block = await reader.next()) !== undefined;) {
      const text = textOf(block);
      block.frame.fill(0xff, 0, DATA_HEAD_BYTES);
      // Whatever is read ahead is read meanwhile.
      assertEquals(await stateOf(Promise.resolve()), "fulfilled");
      assertEquals([textOf(block), block.bytes.length], [text, text.length]);
      assertEquals(block.frame.length, DATA_HEAD_BYTES + text.length);
      assertEquals(block.bytes.byteOffset - block.frame.byteOffset, DATA_HEAD_BYTES);
      assertStrictEquals(block.bytes.buffer, block.frame.buffer);
    }
    await reader.release();
  });
}

Deno.test("a block reader waits for no read when all of them are fast", async () => {
  const source = new Pieces("0123", "4567");
  await blocksOf(new BlockReader(source, { blockBytes: 4, speed: new BlockSpeed(() => 0) }));
  assertEquals(source.asked.read, 0);
});

Deno.test("a block reader waits for every read once one was slow", async () => {
  const source = new Pieces("0123", "4567", "89");
  let ms = 0;
  const reader = new BlockReader(source, { blockBytes: 4, speed: new BlockSpeed(() => ms += 6) });
  assertEquals(await blocksOf(reader), ["0123", "4567", "89"]);
  assertEquals(source.asked.readSync, 1);
});

Deno.test("a block reader reads one block ahead, and not two, when it has to wait", async () => {
  const source = new Pieces("0123", "4567", "89ab");
  const reader = new BlockReader(waited(source), { blockBytes: 4 });
  await reader.next();
  await stateOf(Promise.resolve());
  assertEquals(source.asked.read, 2);
  await reader.release();
});

Deno.test("a block reader reads blocks of the largest size when it is not told one", async () => {
  const reader = new BlockReader(new Pieces("x".repeat(MAX_BLOCK_BYTES + 1)));
  assertEquals((await reader.next())?.bytes.length, MAX_BLOCK_BYTES);
  assertEquals((await reader.next())?.bytes.length, 1);
  await reader.release();
});

Deno.test("release() ends a read that waits for ever when the source can do that", async () => {
  let end = (_count: null) => {};
  const reader = new BlockReader({
    read: () => new Promise((resolve) => end = resolve),
    interrupt: () => end(null),
  });
  const next = reader.next();
  assertEquals(await stateOf(next), "pending");
  await reader.release();
  assertEquals(await next, undefined);
});

Deno.test("release() waits for the read that is under way, and hides its error, when it cannot end it", async () => {
  let fail = (_error: Error) => {};
  let reads = 0;
  const reader = new BlockReader({
    read: (into) =>
      reads++ === 0 ? Promise.resolve(into.length) : new Promise((_, reject) => fail = reject),
  }, { blockBytes: 4 });
  const block = await reader.next();
  const releasing = reader.release();
  assertEquals(await stateOf(releasing), "pending");
  // While it is under way nobody else may get its buffer.
  const other = new BlockReader(new Pieces("0123"), { blockBytes: 4 });
  assertFalse(block?.bytes.buffer === (await other.next())?.bytes.buffer);
  fail(new Error("broken"));
  await releasing;
  assert(await stateOf(reader.release()) === "fulfilled");
  await other.release();
});
