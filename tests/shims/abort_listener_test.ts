import { assertEquals } from "@std/assert";
import { getMaxListeners, setMaxListeners } from "node:events";
import { onAbort } from "../../shims/abort_listener.ts";

Deno.test("onAbort() of the shims raises the number of listeners that Node warns of while it listens", () => {
  const { signal } = new AbortController();
  setMaxListeners(10, signal);
  const ends = Array.from({ length: 30 }, () => onAbort(signal, () => {}));
  assertEquals(getMaxListeners(signal), 40);
  for (const end of ends) end();
  for (const end of ends) end();
  assertEquals(getMaxListeners(signal), 10);
});

Deno.test("onAbort() of the shims leaves a signal without such a number as it is, and calls", () => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  let calls = 0;
  const ends = [1, 2].map((count) => onAbort(controller.signal, () => calls += count));
  ends[0]?.();
  controller.abort();
  assertEquals(calls, 2);
  onAbort(undefined, () => {})();
});
