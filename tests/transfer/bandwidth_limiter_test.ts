import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { BandwidthLimiter } from "../../transfer/mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { rejectionOf, stateOf } from "../../testing/turns.ts";

const RATE = 2 * 1024 * 1024;

/** Moves bytes as fast as a limiter lets them through, and counts them; ends once `isOver` says so. */
async function move(
  bandwidth: BandwidthLimiter,
  counted: { bytes: number; isOver: boolean },
): Promise<void> {
  while (!counted.isOver) {
    await bandwidth.take(bandwidth.pieceBytes);
    counted.bytes += bandwidth.pieceBytes;
  }
}

/** Asserts that it is the rate, within 5 %, over so many seconds. */
function assertRate(
  bytes: number,
  { rate = RATE, seconds }: { rate?: number; seconds: number },
): void {
  assertGreater(bytes, rate * seconds * 0.95);
  assertLess(bytes, rate * seconds * 1.05);
}

for (const rate of [1, 100, 64 * 1024, RATE, 10_000_000_000]) {
  Deno.test(`a bandwidth limiter of ${rate} bytes a second keeps within 5 % of it over each 10 s`, async () => {
    const clock = new FakeClock();
    const bandwidth = new BandwidthLimiter(rate, { clock });
    const counted = { bytes: 0, isOver: false };
    const moving = move(bandwidth, counted);
    for (let window = 0; window < 3; window++) {
      const before = counted.bytes;
      await clock.advance(10_000);
      // A piece is a whole byte at least.
      const slack = rate < 20 ? 1 : 0;
      assertLess(Math.abs(counted.bytes - before - rate * 10), rate * 10 * 0.05 + slack);
    }
    counted.isOver = true;
    await clock.advance(2_000);
    await moving;
  });
}

Deno.test("a bandwidth limiter keeps all who share it to its rate, each to a like part, when they send at once", async () => {
  const clock = new FakeClock();
  const bandwidth = new BandwidthLimiter(RATE, { clock });
  const all = Array.from({ length: 4 }, () => ({ bytes: 0, isOver: false }));
  const moving = all.map((counted) => move(bandwidth, counted));
  await clock.advance(10_000);
  assertRate(all.reduce((sum, { bytes }) => sum + bytes, 0), { seconds: 10 });
  for (const { bytes } of all) assertRate(bytes, { rate: RATE / 4, seconds: 10 });
  for (const counted of all) counted.isOver = true;
  await clock.advance(1_000);
  await Promise.all(moving);
});

Deno.test("a bandwidth limiter is even, and gives no burst, when a second is looked at in tenths", async () => {
  const clock = new FakeClock();
  const counted = { bytes: 0, isOver: false };
  const moving = move(new BandwidthLimiter(RATE, { clock }), counted);
  for (let tenth = 0; tenth < 10; tenth++) {
    const before = counted.bytes;
    await clock.advance(100);
    assertLess(Math.abs(counted.bytes - before - RATE / 10), RATE / 19);
  }
  counted.isOver = true;
  await clock.advance(100);
  await moving;
});

for (const stallMs of [1_000, 60_000]) {
  Deno.test(`a bandwidth limiter keeps to its rate in the 10 s after a stall of ${stallMs} ms`, async () => {
    const clock = new FakeClock();
    const bandwidth = new BandwidthLimiter(RATE, { clock });
    await clock.advance(stallMs);
    const counted = { bytes: 0, isOver: false };
    const moving = move(bandwidth, counted);
    await clock.advance(10_000);
    assertRate(counted.bytes, { seconds: 10 });
    counted.isOver = true;
    await clock.advance(1_000);
    await moving;
  });
}

Deno.test("a bandwidth limiter makes up for timers that are late, so that the rate is kept", async () => {
  const clock = new FakeClock();
  const late = new FakeClock();
  const bandwidth = new BandwidthLimiter(RATE, {
    clock: {
      now: () => clock.now(),
      date: () => late.date(),
      wait: (ms, callback) => clock.wait(Math.ceil(ms) + 15, callback),
    },
  });
  const counted = { bytes: 0, isOver: false };
  const moving = move(bandwidth, counted);
  await clock.advance(10_000);
  assertRate(counted.bytes, { seconds: 10 });
  counted.isOver = true;
  await clock.advance(1_000);
  await moving;
});

Deno.test("take() waits no longer, and fails with its reason, when the signal is aborted", async () => {
  const clock = new FakeClock();
  const bandwidth = new BandwidthLimiter(100, { clock });
  const controller = new AbortController();
  const waiting = bandwidth.take(1_000, controller.signal);
  assertEquals(await stateOf(waiting), "pending");
  const reason = new Error("stopped");
  controller.abort(reason);
  assertStrictEquals(await rejectionOf(waiting), reason);
  assertEquals(clock.pending, 0);
  assertStrictEquals(await rejectionOf(bandwidth.take(1_000, controller.signal)), reason);
});

Deno.test("a bandwidth limiter never waits when its rate is infinite", async () => {
  const clock = new FakeClock();
  const bandwidth = new BandwidthLimiter(Infinity, { clock });
  for (let round = 0; round < 100; round++) await bandwidth.take(Number.MAX_SAFE_INTEGER);
  assertEquals([bandwidth.pieceBytes, clock.pending], [Infinity, 0]);
});

Deno.test("a bandwidth limiter refuses a rate when that is not over 0", () => {
  for (const rate of [0, -1, NaN]) {
    const error = assertThrows(() => new BandwidthLimiter(rate), RangeError);
    assertEquals(error.message, `Cannot set rate: ${rate} bytes a second is not over 0`);
  }
  assert(new BandwidthLimiter(0.5).pieceBytes === 1);
});
