import { assertEquals } from "@std/assert";
import { keepClean } from "../../../transfer/inbox/cleaning.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { turns } from "../../../testing/turns.ts";

Deno.test("keepClean() cleans now and every hour, whatever becomes of one time, and ends", async () => {
  const clock = new FakeClock();
  const start = clock.date().getTime();
  const over = Promise.withResolvers<void>();
  const before: number[] = [];
  const inbox = {
    removeForgotten(moment: Date) {
      before.push(moment.getTime() - start);
      return before.length === 2 ? Promise.reject(new Error("gone")) : Promise.resolve(1);
    },
  };
  const began: Promise<unknown>[] = [];
  const keeping = keepClean(inbox, {
    keepPartsMs: 5_000,
    until: over.promise,
    clock,
    began: (cleaning) => void began.push(cleaning),
  });
  await turns();
  assertEquals(before, [-5_000]);
  await clock.advance(3_599_999);
  assertEquals(before.length, 1);
  await clock.advance(1);
  await clock.advance(3_600_000);
  assertEquals(before, [-5_000, 3_595_000, 7_195_000]);
  await Promise.all(began);
  assertEquals(began.length, 3);
  over.resolve();
  await keeping;
  assertEquals(clock.pending, 0);
});
