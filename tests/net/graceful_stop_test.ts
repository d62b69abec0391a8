import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { GracefulStop } from "../../net/graceful_stop.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { stateOf } from "../../testing/turns.ts";

/** Something that stops when it is told to. */
function stoppable() {
  const clock = new FakeClock();
  const calls: string[] = [];
  const over = Promise.withResolvers<string>();
  const again: Promise<string>[] = [];
  const stopping: GracefulStop<string> = new GracefulStop({
    clock,
    stop() {
      calls.push("stop");
      // Whoever hears of it asks again.
      const asked = stopping.within(Infinity);
      asked.catch(() => {});
      again.push(asked);
      return over.promise;
    },
    cut: () => void calls.push("cut"),
  });
  return { clock, calls, over, again, stopping };
}

Deno.test("GracefulStop stops once, also when it is asked for while it begins", async () => {
  const { clock, calls, over, again, stopping } = stoppable();
  assertEquals(stopping.hasBegun, false);
  const first = stopping.within(10);
  assertEquals([stopping.hasBegun, calls], [true, ["stop"]]);
  const second = stopping.within(20);
  over.resolve("over");
  assertEquals(await Promise.all([first, second, ...again]), ["over", "over", "over"]);
  assertEquals([calls, clock.pending], [["stop"], 0]);
});

Deno.test("GracefulStop cuts after the shortest grace time", async () => {
  const { clock, calls, over, stopping } = stoppable();
  const first = stopping.within(20);
  void stopping.within(10);
  await clock.advance(9);
  assertEquals(calls, ["stop"]);
  await clock.advance(1);
  assertEquals([calls, await stateOf(first)], [["stop", "cut"], "pending"]);
  over.resolve("over");
  await first;
});

Deno.test("GracefulStop gives on what stopping fails with, and refuses what is no time", async () => {
  const { calls, over, again, stopping } = stoppable();
  for (const graceMs of [-1, NaN]) {
    await assertRejects(() => stopping.within(graceMs), RangeError, "Cannot set graceMs");
  }
  // The types would refuse it.
  await assertRejects(() => stopping.within("5" as never), RangeError, 'Cannot set graceMs: "5"');
  assertEquals(calls, []);
  const error = new Error("broken");
  over.reject(error);
  const stopped = stopping.within(0);
  await stopped.catch((thrown) => assertStrictEquals(thrown, error));
  await assertRejects(() => again[0]!, Error, "broken");
});
