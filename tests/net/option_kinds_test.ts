import { assert, assertRejects, assertThrows } from "@std/assert";
import { lines, serve } from "../../mod.ts";
import { dial } from "../../net/dial.ts";
import { requireKinds } from "../../net/option_kinds.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";

/** What JavaScript may pass, and what is said of it. */
const WRONG: readonly [Record<string, unknown>, string][] = [
  [{ allow: ["127.0.0.1"] }, "Cannot use allow: an object (Array) is no AddressList"],
  [{ deny: "127.0.0.1" }, 'Cannot use deny: "127.0.0.1" is no AddressList'],
  [{ signal: {} }, "Cannot use signal: an object (Object) is no AbortSignal"],
  [{ onEvent: 5 }, "onEvent"],
  [{ refusal: "full" }, "refusal"],
  [{ trace: true }, "trace"],
  [{ clock: { now: () => 0 } }, "clock.date"],
  [{ clock: null }, "clock.now"],
];

for (const [options, said] of WRONG) {
  const shown = Object.keys(options)[0]!;
  Deno.test(`requireKinds() refuses ${shown} when it holds ${JSON.stringify(options[shown])}`, async () => {
    const wrong: object = options;
    assertThrows(() => requireKinds(wrong), TypeError, said);
    const listener = new MemoryListener();
    assertThrows(() => serve(listener, { codec: lines(), ...wrong }, () => {}), TypeError, said);
    assert(listener.closed);
    if (["signal", "trace", "clock"].includes(shown)) {
      const open = () => Promise.reject(new Error("nothing is opened"));
      await assertRejects(() => dial(open, { codec: lines(), ...wrong }), TypeError, said);
    }
  });
}

Deno.test("requireKinds() takes what is right, and what is left out", () => {
  requireKinds({});
  const signal = AbortSignal.abort();
  requireKinds({ allow: undefined, signal, onEvent() {}, refusal() {}, trace() {} });
});
