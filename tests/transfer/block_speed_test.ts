import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { BlockSpeed } from "../../transfer/block_speed.ts";

Deno.test("a block speed stays fast while no block takes over 5 ms", () => {
  let ms = 0;
  const speed = new BlockSpeed(() => ms);
  assert(speed.isFast);
  for (const took of [0, 1, 5]) assertEquals(speed.measure(() => ms += took), ms);
  assert(speed.isFast);
});

Deno.test("a block speed is slow for good when one block took over 5 ms", () => {
  let ms = 0;
  const speed = new BlockSpeed(() => ms);
  speed.measure(() => ms += 5.1);
  speed.measure(() => {});
  assertFalse(speed.isFast);
});

Deno.test("measure() throws what the work throws when that fails", () => {
  const speed = new BlockSpeed(() => 0);
  assertThrows(() => speed.measure(() => JSON.parse("{")), SyntaxError);
  assert(speed.isFast);
});

Deno.test("BlockSpeed calls a file slow from the beginning when it is told so", () => {
  const speed = new BlockSpeed(() => 0, { isFast: false });
  speed.measure(() => {});
  assertFalse(speed.isFast);
});
