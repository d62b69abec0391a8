import { assertEquals } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";

Deno.test("FakeClock.advance() fires timers in their order, with what hangs on them in between", async () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name} ${clock.now()}`);
  clock.wait(20, note("late"));
  clock.wait(10, () => {
    note("first")();
    void Promise.resolve().then(() => clock.wait(5, note("begun by first")));
  });
  clock.wait(10, note("second"));
  const cancel = clock.wait(15, note("cancelled"));
  clock.wait(Infinity, note("never"));
  cancel();
  cancel();
  await clock.advance(19);
  assertEquals(seen, ["first 10", "second 10", "begun by first 15"]);
  assertEquals([clock.now(), clock.date().getTime(), clock.pending], [19, 19, 1]);
  await clock.advance(1);
  assertEquals([seen.at(-1), clock.pending], ["late 20", 0]);
});
