import { assert, assertEquals } from "@std/assert";
import { safeListener } from "../../net/safe_listener.ts";
import { turns } from "../../testing/turns.ts";
import { printedBy } from "./printed.ts";

Deno.test("safeListener() hands on what it is called with, and what the listener returns", () => {
  const seen: unknown[] = [];
  const listener = safeListener((...args: number[]) => {
    seen.push(args);
    return args.length;
  }, { name: "onNumbers" });
  assertEquals([listener(), listener(1, 2), seen], [0, 2, [[], [1, 2]]]);
  assertEquals(safeListener(undefined, { name: "onNothing" })(), undefined);
});

Deno.test("safeListener() says once that a listener failed, whether it throws or rejects, and calls it again", async () => {
  let calls = 0;
  let failures = 0;
  const throwing = () => {
    calls++;
    throw new Error(`bug ${calls}\x1b`);
  };
  const rejecting = () => {
    calls++;
    return Promise.reject(new TypeError("late"));
  };
  const odd = () => ({
    then() {
      throw new Error("no promise at all");
    },
  });
  const printed = await printedBy(async () => {
    for (const listener of [throwing, rejecting, odd]) {
      for (let connection = 0; connection < 3; connection++) {
        const onFailure = () => failures++;
        const call = safeListener<[], unknown>(listener, { name: "onEvent", onFailure });
        call();
        call();
      }
    }
    await turns();
  });
  assertEquals([calls, failures], [12, 18]);
  assertEquals(printed.map((text) => text.split("\n")[0]), [
    "Cannot run onEvent (its later failures are not shown): Error: bug 1\\x1b",
    "Cannot run onEvent (its later failures are not shown): TypeError: late",
    "Cannot run onEvent (its later failures are not shown): Error: no promise at all",
  ]);
  assert(printed[0]?.includes("\n    at "));
});

Deno.test("safeListener() goes on when stderr is gone, and waits for no listener", async () => {
  const { error: original } = console;
  console.error = () => {
    throw new Error("EPIPE");
  };
  try {
    const listener = () => {
      throw new Error("bug");
    };
    safeListener(listener, { name: "onEvent" })();
    safeListener(() => new Promise<void>(() => {}), { name: "onEvent" })();
    await turns();
  } finally {
    console.error = original;
  }
});
