import { assert } from "@std/assert";
import { History } from "../../push/history.ts";
import { turns } from "../../testing/turns.ts";
import { messageOf } from "./fakes.ts";

Deno.test("History holds no message that it gave up", async () => {
  const MIB = 1024 * 1024;
  const before = Deno.memoryUsage().external;
  const histories = Array.from({ length: 100 }, () => {
    const history = new History({ maxMessages: 3, maxBytes: 16 * MIB }, { lostUpTo: 0 });
    history.add({ ...messageOf(1), bytes: new Uint8Array(4 * MIB) });
    for (let number = 2; number <= 4; number++) history.add(messageOf(number));
    return history;
  });
  const kept = histories.reduce((sum, { bytes }) => sum + bytes, 0);
  let held = Infinity;
  // The garbage collector comes when it likes, and sooner where more is made.
  for (let round = 0; round < 100 && held >= 200 * MIB; round++) {
    new Uint8Array(16 * MIB).fill(1);
    await turns(1);
    held = Deno.memoryUsage().external - before;
  }
  assert(kept < MIB, String(kept));
  assert(held < 200 * MIB, `${Math.round(held / MIB)} MiB are held`);
});
