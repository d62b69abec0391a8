import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES } from "../../codec/parcel/parcel.ts";
import { blockBuffers, BufferPool, frameBuffers } from "../../transfer/buffer_pool.ts";

Deno.test("take() gives a buffer that nobody has, and one again when it was released", () => {
  const pool = new BufferPool(4);
  const [one, other] = [pool.take(), pool.take()];
  assertEquals([one.length, other.length], [4, 4]);
  assert(one.buffer !== other.buffer);
  pool.release(one);
  assertStrictEquals(pool.take(), one);
});

Deno.test("a buffer pool keeps eight buffers when more are released", () => {
  const pool = new BufferPool(1);
  const released = Array.from({ length: 9 }, () => pool.take());
  for (const buffer of released) pool.release(buffer);
  const taken = Array.from({ length: 9 }, () => pool.take());
  assertEquals(taken.filter((buffer) => released.includes(buffer)).length, 8);
});

Deno.test("the pools have room for the largest block, and for its head where that is sent", () => {
  assertEquals(blockBuffers.take().length, MAX_BLOCK_BYTES);
  assertEquals(frameBuffers.take().length, DATA_HEAD_BYTES + MAX_BLOCK_BYTES);
});
