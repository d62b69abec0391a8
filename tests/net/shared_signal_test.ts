import { assert, assertEquals } from "@std/assert";
import { withDeadline } from "../../net/mod.ts";
import { sleep } from "../../net/clock.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turns } from "../../testing/turns.ts";
import { openLines } from "./open.ts";

const MANY = 30;

/** A signal that knows how many listen to it. */
function counted(): { controller: AbortController; listening: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove.apply(signal, args);
  };
  return { controller, listening: () => count };
}

Deno.test("many connections that have one signal listen to it once, and none when they are over", () => {
  const { controller, listening } = counted();
  const { signal } = controller;
  const opened = Array.from({ length: MANY }, () => openLines({ signal }));
  assertEquals(listening(), 1);
  for (const { connection } of opened) connection.abort();
  assertEquals(listening(), 0);
  const others = Array.from({ length: MANY }, () => openLines({ signal }));
  controller.abort();
  assert(others.every(({ connection, transport }) => connection.closed && transport.closed));
});

Deno.test("many calls that wait with one signal listen to it once, and each rejects with its reason", async () => {
  const { controller, listening } = counted();
  const { signal } = controller;
  const clock = new FakeClock();
  const waits = Array.from({ length: MANY }, () => {
    const [receiving, peeking, sending] = [openLines(), openLines(), openLines()];
    sending.transport.blockWrites();
    void sending.connection.send("x");
    return [
      receiving.connection.receive({ signal }),
      peeking.connection.peek(1, { signal }),
      sending.connection.flush({ signal }),
      sleep(1000, { signal, clock }),
      withDeadline(() => new Promise(() => {}), { phase: "connect", ms: 1000, signal, clock }),
    ];
  }).flat();
  await turns();
  assertEquals(listening(), 1);
  const reason = new Error("enough");
  controller.abort(reason);
  const ends = await Promise.allSettled(waits);
  assert(ends.every((end) => end.status === "rejected" && end.reason === reason));
  assertEquals(clock.pending, 0);
});
