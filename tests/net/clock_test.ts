import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { systemClock } from "../../net/clock.ts";
import { sleep } from "../../net/clock.ts";
import { nextTurn } from "../../net/turn.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

Deno.test("systemClock waits, can be stopped, and never ends an infinite wait", async () => {
  const before = systemClock.now();
  await new Promise<void>((resolve) => systemClock.wait(2, resolve));
  assertGreaterOrEqual(systemClock.now() - before, 1);
  let fired = false;
  systemClock.wait(0, () => fired = true)();
  systemClock.wait(Infinity, () => fired = true)();
  await new Promise<void>((resolve) => systemClock.wait(1, resolve));
  assertEquals(fired, false);
  assert(systemClock.date() instanceof Date);
});

Deno.test("systemClock does not fire at once when the wait is longer than a timer can be", async () => {
  let fired = false;
  const cancel = systemClock.wait(2 ** 40, () => fired = true);
  await turns();
  cancel();
  assertEquals(fired, false);
});

Deno.test("sleep() settles at its millisecond", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const sleeping = sleep(10, { clock, signal });
  await clock.advance(9);
  assertEquals(await stateOf(sleeping), "pending");
  await clock.advance(1);
  assertEquals(await stateOf(sleeping), "fulfilled");
});

Deno.test("sleep() rejects with the reason of its signal, before and during", async () => {
  const clock = new FakeClock();
  const reason = new Error("wake up");
  assertEquals(await rejectionOf(sleep(10, { clock, signal: AbortSignal.abort(reason) })), reason);
  const controller = new AbortController();
  const sleeping = rejectionOf(sleep(10, { clock, signal: controller.signal }));
  controller.abort(reason);
  assertEquals(await sleeping, reason);
  assertEquals(clock.pending, 0);
});

Deno.test("nextTurn() calls everybody once, after what waits now and before a later turn", async () => {
  const seen: string[] = [];
  nextTurn(() => {
    seen.push("first");
    nextTurn(() => void seen.push("next"));
  });
  nextTurn(() => void seen.push("second"));
  await Promise.resolve();
  assertEquals(seen, []);
  await turns(1);
  assertEquals(seen, ["first", "second"]);
  await turns(1);
  assertEquals(seen, ["first", "second", "next"]);
});
