import { assert, assertEquals } from "@std/assert";
import type { SubscribeOptions } from "../../push/hub.ts";
import { SLOW_POLICIES } from "../../push/subscriber.ts";
import { SeededRandom } from "../../testing/random.ts";
import { turns } from "../../testing/turns.ts";
import { FakeSink, follow, numbered, openHub, publishAll } from "./fakes.ts";

/** A sink whose peer reads nothing, and which has room for no piece before it does. */
function fullSink(): FakeSink {
  const sink = new FakeSink();
  sink.isBlocked = true;
  sink.queuedBytes = 1_000_000;
  return sink;
}

const joined = (texts: readonly string[]) => texts.map((text) => `${text};`).join("");

for (const slow of SLOW_POLICIES) {
  Deno.test(`Subscriber gets the history as fast as its peer reads, once and in order (${slow})`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes: 10 } });
    publishAll(hub, numbered(1, 50));
    await turns();
    const { sink } = follow(hub, { slow, sink: fullSink(), from: "history" });
    assertEquals(sink.text, "");
    for (let count = 0; count < 60; count++) {
      sink.drain();
      assert(sink.queuedBytes <= 10);
    }
    assertEquals(sink.text, joined(numbered(1, 50)));
    assertEquals([sink.slowEnds, hub.counters.deliveries], [0, 50]);
  });

  Deno.test(`Subscriber gets the history and what is published meanwhile, once and in order (${slow})`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes: 10, maxHistoryMessages: 1000 } });
    const random = new SeededRandom(7);
    publishAll(hub, numbered(1, 50));
    const { sink } = follow(hub, { slow, sink: fullSink(), from: "history" });
    for (let next = 51; next <= 200; next++) {
      publishAll(hub, [String(next)]);
      if (random.upTo(9) < 5) await turns(1);
      if (random.upTo(9) < 4) sink.drain();
    }
    // No more is published before it has all.
    for (let count = 0; count < 200; count++) sink.drain();
    await turns();
    assertEquals(sink.text, joined(numbered(1, 200)));
    assertEquals([sink.slowEnds, Object.values(hub.counters.drops)], [0, [0, 0, 0, 0]]);
    sink.isBlocked = false;
    sink.drain();
    publishAll(hub, ["last"]);
    await turns();
    assertEquals(sink.text, joined([...numbered(1, 200), "last"]));
  });
}

for (const from of ["history", "id"] as const) {
  Deno.test(`Subscriber is told of what it missed when the history goes on without it (from ${from})`, async () => {
    const { hub } = openHub({ limits: { maxQueuedBytes: 4, maxHistoryMessages: 3 } });
    const [first] = publishAll(hub, ["1", "2", "3"]);
    await turns();
    const begin: SubscribeOptions["from"] = from === "id" ? { id: first! } : from;
    const { sink } = follow(hub, { from: begin, sink: fullSink() });
    // 1 to 4 go, which it has not got.
    publishAll(hub, ["4", "5", "6", "7"]);
    await turns();
    for (let count = 0; count < 10; count++) sink.drain();
    assertEquals(sink.text, "missed;5;6;7;");
    publishAll(hub, ["8"]);
    await turns();
    for (let count = 0; count < 10; count++) sink.drain();
    assertEquals(sink.text, "missed;5;6;7;8;");
  });
}

Deno.test("Subscriber is told each time that messages go before it has them", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 9, maxHistoryMessages: 2 } });
  publishAll(hub, ["1", "2"]);
  await turns();
  const { sink } = follow(hub, { from: "history", sink: fullSink() });
  for (const texts of [["3", "4", "5"], ["6", "7"], ["8", "9", "10"]]) {
    publishAll(hub, texts);
    await turns();
    sink.drain();
  }
  for (let count = 0; count < 3; count++) sink.drain();
  // The queue has room for the word and for one message.
  assertEquals(sink.text, "missed;4;missed;6;missed;9;10;");
});

Deno.test("Subscriber is told that it missed what no history could keep", async () => {
  const { hub } = openHub({
    limits: { maxQueuedBytes: 4, maxTopicHistoryBytes: 300 * 3 },
  });
  publishAll(hub, ["1", "2"]);
  await turns();
  const { sink } = follow(hub, { from: "history", sink: fullSink() });
  publishAll(hub, ["x".repeat(1000), "4"]);
  await turns();
  for (let count = 0; count < 10; count++) sink.drain();
  assertEquals(sink.text, "missed;4;");
});

Deno.test("Subscriber that leaves while it gets the history gets no more of it", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 4 } });
  publishAll(hub, numbered(1, 9));
  await turns();
  const { sink, subscription } = follow(hub, { from: "history", sink: fullSink() });
  sink.drain();
  assertEquals(sink.text, "1;2;");
  subscription[Symbol.dispose]();
  sink.drain();
  publishAll(hub, ["a"]);
  await turns();
  assertEquals(sink.text, "1;2;");
});

Deno.test("Subscriber that gets the history is closed as too slow only behind it", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 4 } });
  publishAll(hub, numbered(1, 3));
  await turns();
  const { sink } = follow(hub, { from: "history", sink: fullSink() });
  publishAll(hub, ["4", "5"]);
  await turns();
  assertEquals(sink.slowEnds, 0);
  for (let count = 0; count < 3; count++) sink.drain();
  sink.isBlocked = true;
  for (const text of ["6", "7", "8"]) {
    publishAll(hub, [text]);
    await turns();
  }
  assertEquals([sink.text, sink.slowEnds], ["1;2;3;4;5;6;", 1]);
});
