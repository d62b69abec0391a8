import { assertEquals } from "@std/assert";
import { unlessAborted } from "../../net/unless_aborted.ts";
import { rejectionOf } from "../../testing/mod.ts";

Deno.test("unlessAborted() waits for its promise, and no longer once its signal is aborted", async () => {
  const reason = new Error("enough");
  const stop = new AbortController();
  assertEquals(await unlessAborted(Promise.resolve(1), undefined), 1);
  assertEquals(await unlessAborted(Promise.resolve(2), stop.signal), 2);
  assertEquals(await rejectionOf(unlessAborted(Promise.reject(reason), stop.signal)), reason);
  const waiting = rejectionOf(unlessAborted(new Promise(() => {}), stop.signal));
  stop.abort(reason);
  assertEquals(await waiting, reason);
  assertEquals(await rejectionOf(unlessAborted(new Promise(() => {}), stop.signal)), reason);
  // Nobody hears of what fails after that, and nothing is unhandled.
  assertEquals(
    await rejectionOf(unlessAborted(Promise.reject(new Error("late")), stop.signal)),
    reason,
  );
});
