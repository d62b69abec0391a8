import { assertEquals } from "@std/assert";
import { Watch } from "../../net/watch.ts";
import { FakeClock } from "../../testing/fake_clock.ts";

/** A watch that notes when it passed. */
function watch(ms: number): { clock: FakeClock; passed: number[]; watch: Watch } {
  const clock = new FakeClock();
  const passed: number[] = [];
  return {
    clock,
    passed,
    watch: new Watch({ passed: () => passed.push(clock.now()) }, { ms, clock }),
  };
}

Deno.test("Watch passes once when it has run for its time", async () => {
  const one = watch(100);
  one.watch.start();
  await one.clock.advance(99);
  assertEquals(one.passed, []);
  await one.clock.advance(1000);
  assertEquals(one.passed, [100]);
  assertEquals(one.clock.pending, 0);
});

Deno.test("Watch counts from its last start, with one timer", async () => {
  const one = watch(100);
  for (let count = 0; count < 10; count++) {
    one.watch.start();
    assertEquals(one.clock.pending, 1);
    await one.clock.advance(30);
  }
  await one.clock.advance(1000);
  assertEquals(one.passed, [9 * 30 + 100]);
});

Deno.test("Watch stands still when it is stopped, and can start again", async () => {
  const one = watch(100);
  one.watch.start();
  await one.clock.advance(50);
  one.watch.stop();
  await one.clock.advance(1000);
  assertEquals([one.passed, one.clock.pending], [[], 0]);
  one.watch.start();
  await one.clock.advance(50);
  one.watch.stop();
  one.watch.start();
  await one.clock.advance(99);
  assertEquals(one.passed, []);
  await one.clock.advance(1);
  assertEquals(one.passed, [1100 + 100]);
});

Deno.test("Watch lets its timer go when it is cleared", async () => {
  const one = watch(100);
  one.watch.clear();
  one.watch.start();
  one.watch.clear();
  assertEquals(one.clock.pending, 0);
  await one.clock.advance(1000);
  assertEquals(one.passed, []);
});

Deno.test("Watch sets no timer when its time is Infinity", () => {
  const one = watch(Infinity);
  one.watch.start();
  assertEquals(one.clock.pending, 0);
});

Deno.test("Watch waits on when its timer fires early", async () => {
  const clock = new FakeClock();
  const passed: number[] = [];
  // A clock whose timers can wait for 40 ms at most, as the system's can for 24.8 days.
  const short = {
    now: () => clock.now(),
    date: () => clock.date(),
    wait: (ms: number, callback: () => void) => clock.wait(Math.min(ms, 40), callback),
  };
  new Watch({ passed: () => passed.push(clock.now()) }, { ms: 100, clock: short }).start();
  await clock.advance(1000);
  assertEquals(passed, [100]);
});

Deno.test("Watch shares one timer with all that run for the same time, and each passes at its own", async () => {
  const clock = new FakeClock();
  const passed: string[] = [];
  const make = (name: string, ms = 100) =>
    new Watch({ passed: () => passed.push(`${name} ${clock.now()}`) }, { ms, clock });
  const [first, second, third, other] = [make("1st"), make("2nd"), make("3rd"), make("other", 50)];
  first.start();
  await clock.advance(10);
  second.start();
  await clock.advance(10);
  third.start();
  assertEquals(clock.pending, 1);
  other.start();
  assertEquals(clock.pending, 2);
  await clock.advance(10);
  second.stop();
  first.start();
  await clock.advance(1000);
  assertEquals(passed, ["other 70", "3rd 120", "1st 130"]);
  assertEquals(clock.pending, 0);
});

Deno.test("Watch keeps the timer for the others when one of them is cleared", async () => {
  const clock = new FakeClock();
  const passed: number[] = [];
  const watches = [1, 2, 3].map((name) =>
    new Watch({ passed: () => passed.push(name) }, { ms: 100, clock })
  );
  for (const one of watches) one.start();
  watches[0]?.clear();
  watches[2]?.clear();
  assertEquals(clock.pending, 1);
  await clock.advance(100);
  assertEquals([passed, clock.pending], [[2], 0]);
  for (const one of watches) one.start();
  watches[1]?.clear();
  await clock.advance(100);
  assertEquals([passed, clock.pending], [[2, 1, 3], 0]);
});

Deno.test("Watch may stop, clear and start others when it passes", async () => {
  const clock = new FakeClock();
  const passed: string[] = [];
  const make = (name: string, then: () => void = () => {}) =>
    new Watch({
      passed() {
        passed.push(`${name} ${clock.now()}`);
        then();
      },
    }, { ms: 100, clock });
  const stopped = make("stopped");
  const last = make("last");
  const again = make("again", () => passed.length < 4 && again.start());
  const first = make("first", () => {
    stopped.clear();
    last.start();
  });
  for (const one of [first, stopped, last, again]) one.start();
  await clock.advance(1000);
  assertEquals(passed, ["first 100", "again 100", "last 200", "again 200"]);
  assertEquals(clock.pending, 0);
});
