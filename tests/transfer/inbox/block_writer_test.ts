import { assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { BlockSpeed } from "../../../transfer/block_speed.ts";
import { blockBuffers } from "../../../transfer/buffer_pool.ts";
import { type BlockSink, BlockWriter } from "../../../transfer/inbox/block_writer.ts";
import { stateOf } from "../../../testing/turns.ts";
import { bytesOf } from "../incoming.ts";

const FILLED = { isFilled: true };

/** A sink that takes a few bytes at a time, and waits where it is told to. */
class Slow implements BlockSink {
  text = "";
  /** How often it was asked in each way. */
  readonly asked = { write: 0, writeSync: 0 };
  readonly #mostBytes: number;
  #held: (() => void)[] | undefined;
  #error: Error | undefined;

  constructor(mostBytes = Infinity) {
    this.#mostBytes = mostBytes;
  }

  /** Lets writes wait until `go`. */
  hold(): void {
    this.#held = [];
  }

  go(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const resolve of held) resolve();
  }

  /** Lets writes fail from now on. */
  break(error: Error): void {
    this.#error = error;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.asked.write++;
    if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
    return this.#take(bytes);
  }

  writeSync(bytes: Uint8Array): number {
    this.asked.writeSync++;
    return this.#take(bytes);
  }

  #take(bytes: Uint8Array): number {
    if (this.#error) throw this.#error;
    const count = Math.min(bytes.length, this.#mostBytes);
    this.text += new TextDecoder().decode(bytes.subarray(0, count));
    return count;
  }
}

function fast(): BlockSpeed {
  return new BlockSpeed(() => 0);
}

/** One that has seen a slow block. */
function slow(): BlockSpeed {
  let ms = 0;
  const speed = new BlockSpeed(() => ms += 6);
  speed.measure(() => {});
  return speed;
}

async function put(writer: BlockWriter, text: string): Promise<void> {
  writer.buffer.set(bytesOf(text));
  await writer.write(text.length);
}

for (const [way, speedOf] of [["at once", fast], ["by waiting", slow]] as const) {
  Deno.test(`a block writer writes every byte in order when it writes ${way} to a sink that takes few`, async () => {
    const sink = new Slow(3);
    const writer = new BlockWriter(sink, speedOf());
    await put(writer, "0123456789");
    await writer.writeBytes(bytesOf("abcde"));
    await put(writer, "");
    await put(writer, "fgh");
    await writer.drained();
    await writer.release(FILLED);
    assertEquals(sink.text, "0123456789abcdefgh");
  });

  Deno.test(`a block writer throws at each call once a write ${way} has failed`, async () => {
    const sink = new Slow();
    const writer = new BlockWriter(sink, speedOf());
    await put(writer, "0123");
    await writer.drained();
    const full = new Error("full");
    sink.break(full);
    await put(writer, "4567").catch(() => {});
    sink.break(new Error("another one"));
    for (const next of [() => put(writer, "89"), () => writer.writeBytes(bytesOf("89"))]) {
      assertStrictEquals(await assertRejects(next), full);
    }
    assertStrictEquals(await assertRejects(() => writer.drained()), full);
    await writer.release(FILLED);
    assertEquals(sink.text, "0123");
  });
}

Deno.test("a block writer waits for no write when all of them are fast", async () => {
  const sink = new Slow();
  const writer = new BlockWriter(sink, fast());
  const { buffer } = writer;
  await put(writer, "0123");
  await put(writer, "4567");
  assertEquals(sink.asked, { write: 0, writeSync: 2 });
  assertStrictEquals(writer.buffer, buffer);
  await writer.release(FILLED);
});

Deno.test("a block writer leaves every write to another thread once one was slow", async () => {
  const sink = new Slow();
  let ms = 0;
  const writer = new BlockWriter(sink, new BlockSpeed(() => ms += 6));
  for (const text of ["0123", "4567", "89"]) await put(writer, text);
  await writer.drained();
  assertEquals([sink.asked.writeSync, sink.text], [1, "0123456789"]);
  await writer.release(FILLED);
});

Deno.test("a block can be filled while the one before it is written, and no third one", async () => {
  const sink = new Slow();
  sink.hold();
  const writer = new BlockWriter(sink, slow());
  const first = writer.buffer;
  await put(writer, "0123");
  assertFalse(writer.buffer.buffer === first.buffer);
  const second = put(writer, "4567");
  assertEquals(await stateOf(second), "pending");
  sink.go();
  await second;
  await writer.drained();
  assertEquals(sink.text, "01234567");
  assertStrictEquals(writer.buffer, first);
  await writer.release(FILLED);
});

Deno.test("writeBytes() waits until the bytes before are written when they still are under way", async () => {
  const sink = new Slow();
  sink.hold();
  const writer = new BlockWriter(sink, slow());
  await put(writer, "0123");
  const bytes = bytesOf("4567");
  const writing = writer.writeBytes(bytes);
  assertEquals(await stateOf(writing), "pending");
  sink.go();
  await writing;
  await writer.drained();
  assertEquals(sink.text, "01234567");
  await writer.release(FILLED);
});

Deno.test("release() gives no buffer back before its write is over", async () => {
  const sink = new Slow();
  sink.hold();
  const writer = new BlockWriter(sink, slow());
  const written = writer.buffer;
  await put(writer, "0123");
  const releasing = writer.release(FILLED);
  assertEquals(await stateOf(releasing), "pending");
  const others = Array.from({ length: 10 }, () => blockBuffers.take());
  assertEquals(others.includes(written), false);
  sink.break(new Error("full"));
  sink.go();
  await releasing;
  assertEquals([blockBuffers.take(), blockBuffers.take()].includes(written), true);
});

Deno.test("release() keeps the buffer from others when a read may still write into it", async () => {
  const writer = new BlockWriter(new Slow(), fast());
  const { buffer } = writer;
  await writer.release({ isFilled: false });
  await writer.release(FILLED);
  assertEquals(Array.from({ length: 10 }, () => blockBuffers.take()).includes(buffer), false);
});

Deno.test("a block writer leaves a block to another thread when it is large and there is more to do, however fast the disk is", async () => {
  const sink = new Slow();
  const writer = new BlockWriter(sink, fast());
  await writer.write(64 * 1024);
  assertEquals(sink.asked, { write: 0, writeSync: 1 });
  await writer.write(64 * 1024 + 1);
  await writer.drained();
  assertEquals(sink.asked, { write: 1, writeSync: 1 });
  await writer.write(64 * 1024 + 1, { isBusy: false });
  assertEquals(sink.asked, { write: 1, writeSync: 2 });
  await writer.release(FILLED);
  const slowly = new BlockWriter(sink, slow());
  await slowly.write(1, { isBusy: false });
  await slowly.drained();
  assertEquals(sink.asked, { write: 2, writeSync: 2 });
  await slowly.release(FILLED);
});
