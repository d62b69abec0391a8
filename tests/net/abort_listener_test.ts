import { assertEquals } from "@std/assert";
import { onAbort } from "../../net/abort_listener.ts";

Deno.test("onAbort() calls all who ask, once, and not those who have ended their listening", () => {
  const controller = new AbortController();
  const called: string[] = [];
  onAbort(controller.signal, () => called.push("first"));
  const end = onAbort(controller.signal, () => called.push("ended"));
  const same = () => called.push("twice");
  onAbort(controller.signal, same);
  onAbort(controller.signal, same);
  end();
  end();
  controller.abort();
  assertEquals(called, ["first", "twice", "twice"]);
});

Deno.test("onAbort() calls at once when the signal is aborted, and never without one", () => {
  let calls = 0;
  onAbort(AbortSignal.abort(), () => calls++)();
  assertEquals(calls, 1);
  onAbort(undefined, () => calls++)();
  assertEquals(calls, 1);
});

Deno.test("onAbort() has one listener at a signal, which goes with the last who asked", () => {
  const controller = new AbortController();
  const { signal } = controller;
  const log: string[] = [];
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    log.push("add");
    add.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    log.push("remove");
    remove.apply(signal, args);
  };
  const ends = Array.from({ length: 30 }, () => onAbort(signal, () => log.push("called")));
  assertEquals(log, ["add"]);
  for (const end of ends) end();
  assertEquals(log, ["add", "remove"]);
  onAbort(signal, () => log.push("called"));
  controller.abort();
  assertEquals(log, ["add", "remove", "add", "called"]);
});

Deno.test("onAbort() lets one who is called end the listening of another", () => {
  const controller = new AbortController();
  const called: string[] = [];
  let endSecond = () => {};
  onAbort(controller.signal, () => {
    called.push("first");
    endSecond();
  });
  endSecond = onAbort(controller.signal, () => called.push("second"));
  controller.abort();
  assertEquals(called, ["first"]);
});

Deno.test("onAbort() hears of a signal that has another listener before it", () => {
  const controller = new AbortController();
  const heard: string[] = [];
  controller.signal.addEventListener("abort", () => heard.push("another"), { once: true });
  onAbort(controller.signal, () => heard.push("ours"));
  controller.abort();
  assertEquals(heard, ["another", "ours"]);
});
