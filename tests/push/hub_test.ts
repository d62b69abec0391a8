import { assert, assertEquals, assertMatch } from "@std/assert";
import { turns } from "../../testing/turns.ts";
import { FakeFraming, FakeSink, follow, numbered, openHub, publishAll } from "./fakes.ts";

Deno.test("Hub brings the messages of a topic to everybody in one order", async () => {
  const { hub } = openHub();
  const followers = Array.from({ length: 5 }, () => follow(hub));
  const [one, two] = followers.map(({ subscription }) => subscription);
  for (let count = 1; count <= 50; count++) {
    hub.publish("news", `${count}`, { by: [one, two, undefined][count % 3] });
    if (count % 7 === 0) await turns(1);
  }
  await turns();
  const expected = numbered(1, 50).map((text) => `${text};`).join("");
  for (const { sink } of followers) assertEquals(sink.text, expected);
});

Deno.test("Hub keeps topics apart", async () => {
  const { hub } = openHub();
  const [news, sport, none] = ["news", "sport", "News"].map((topic) => follow(hub, { topic }));
  hub.publish("news", "a");
  hub.publish("sport", "b");
  hub.publish("news", "c");
  await turns();
  assertEquals([news, sport, none].map((one) => one!.sink.text), ["a;c;", "b;", ""]);
});

Deno.test("Hub hands messages on with the next turn, those of one turn joined", async () => {
  const { hub } = openHub();
  const { sink } = follow(hub);
  publishAll(hub, ["a", "b", "c"]);
  assertEquals(sink.taken, []);
  await turns();
  publishAll(hub, ["d"]);
  await turns();
  assertEquals(sink.taken, ["a;b;c;", "d;"]);
});

Deno.test("Hub joins messages up to 64 KiB, and sends a larger one alone", async () => {
  const { hub } = openHub();
  const { sink } = follow(hub);
  const sizes = [65_534, 0, 65_535, 65_536, 1, 1, 32_767, 32_767];
  publishAll(hub, sizes.map((size) => "x".repeat(size)));
  await turns();
  // Each has a semicolon.
  assertEquals(sink.taken.map(({ length }) => length), [65_536, 65_536, 65_537, 32_772, 32_768]);
});

Deno.test("Hub frames a message once for each framing when many have the same", async () => {
  const { hub } = openHub();
  const [framing, other] = [new FakeFraming(), new FakeFraming()];
  const followers = Array.from(
    { length: 100 },
    (_, at) => follow(hub, { framing: at % 2 ? framing : other }),
  );
  publishAll(hub, ["a", "b"]);
  await turns();
  publishAll(hub, ["c"]);
  await turns();
  assertEquals([framing.framed, other.framed], [[1, 2, 3], [1, 2, 3]]);
  assert(followers.every(({ sink }) => sink.text === "a;b;c;"));
});

Deno.test("Hub brings a subscriber its own messages, unless it wants none of them", async () => {
  const { hub } = openHub();
  const framing = new FakeFraming();
  const all = follow(hub, { framing });
  const quiet = follow(hub, { framing, ownMessages: false });
  for (const by of [all, quiet, undefined, quiet, all]) {
    hub.publish("news", by?.subscription.id ?? "-", { by: by?.subscription });
  }
  await turns();
  assertEquals([all.sink.text, quiet.sink.text], ["1;2;-;2;1;", "1;-;1;"]);
});

Deno.test("Hub leaves own messages out of the history as well when its subscriber wants none of them", async () => {
  const { hub } = openHub();
  const sink = new FakeSink();
  sink.isBlocked = true;
  sink.queuedBytes = 70_000;
  const quiet = follow(hub, { sink, ownMessages: false, from: "history" });
  publishAll(hub, ["a"]);
  hub.publish("news", "mine", { by: quiet.subscription });
  publishAll(hub, ["b"]);
  await turns();
  sink.isBlocked = false;
  sink.drain();
  assertEquals(sink.text, "a;b;");
});

Deno.test("Hub.publish() says the id of a message and how many follow its topic", () => {
  const { hub } = openHub();
  assertMatch(hub.run, /^[0-9a-f]{12}$/);
  assertEquals(hub.publish("news", "a"), { id: `${hub.run}-1`, subscribers: 0 });
  const [one] = [follow(hub), follow(hub), follow(hub, { topic: "sport" })];
  const { subscription: by } = one!;
  assertEquals(hub.publish("news", "b", { by }), { id: `${hub.run}-2`, subscribers: 2 });
  assertEquals(hub.publish("sport", "c"), { id: `${hub.run}-3`, subscribers: 1 });
  const kept = hub.history("news").map(({ id, from, timeMs }) => [id, from, timeMs]);
  assertEquals(kept, [[`${hub.run}-1`, undefined, 0], [`${hub.run}-2`, by.id, 0]]);
});

Deno.test("Hub runs have ids of their own", () => {
  assert(openHub().hub.run !== openHub().hub.run);
});

Deno.test("Hub counts who follows, and forgets who has left", async () => {
  const { hub, clock } = openHub();
  const { subscription: one } = follow(hub);
  const { subscription: two } = follow(hub);
  assertEquals([one.id, two.id, one.topic], ["1", "2", "news"]);
  assertEquals([one.present, two.present, hub.present("news"), hub.subscribers], [2, 2, 2, 2]);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assertEquals([two.present, hub.present("news"), hub.subscribers, hub.topics], [1, 1, 1, 1]);
  two[Symbol.dispose]();
  assertEquals([two.present, hub.present("news"), hub.subscribers, hub.topics], [0, 0, 0, 0]);
  await clock.advance(0);
  assertEquals(clock.pending, 0);
});

Deno.test("Hub gives nothing to who has left in the turn of a message", async () => {
  const { hub } = openHub();
  const [left, stays] = [follow(hub), follow(hub)];
  publishAll(hub, ["a"]);
  left.subscription[Symbol.dispose]();
  left.subscription[Symbol.dispose]();
  await turns();
  assertEquals([left.sink.text, stays.sink.text, left.sink.onLowWater], ["", "a;", undefined]);
});

Deno.test("Hub keeps its head when the last one leaves and comes back in the turn of a message", async () => {
  for (const maxHistoryMessages of [0, 10]) {
    const { hub } = openHub({ limits: { maxHistoryMessages } });
    const before = follow(hub);
    publishAll(hub, ["a"]);
    before.subscription[Symbol.dispose]();
    const after = follow(hub);
    publishAll(hub, ["b"]);
    await turns();
    publishAll(hub, ["c"]);
    await turns();
    assertEquals([before.sink.text, after.sink.text], ["", "b;c;"]);
  }
});

Deno.test("Hub takes what is published while it delivers, and brings it a turn later", async () => {
  const { hub } = openHub();
  const [first, second, other] = [follow(hub), follow(hub), follow(hub, { topic: "sport" })];
  let left = 2;
  first.sink.onTaken = () => {
    if (left-- > 0) publishAll(hub, [`again ${left}`]);
    if (left === 1) publishAll(hub, ["goal"], "sport");
  };
  publishAll(hub, ["a"]);
  publishAll(hub, ["kick-off"], "sport");
  await turns(8);
  assertEquals(first.sink.taken, ["a;", "again 1;", "again 0;"]);
  assertEquals(second.sink.text, first.sink.text);
  assertEquals(other.sink.text, "kick-off;goal;");
});

Deno.test("Hub gives who subscribes inside a delivery what is published from then on, once", async () => {
  for (const isSame of [true, false]) {
    const { hub } = openHub();
    const outer = follow(hub);
    const sinks = { now: new FakeSink(), history: new FakeSink() };
    outer.sink.onTaken = () => {
      outer.sink.onTaken = undefined;
      const framing = isSame ? outer.framing : new FakeFraming();
      follow(hub, { framing, sink: sinks.now });
      publishAll(hub, ["b"]);
      follow(hub, { framing, sink: sinks.history, from: "history" });
    };
    publishAll(hub, ["a"]);
    await turns(8);
    publishAll(hub, ["c"]);
    await turns();
    assertEquals(outer.sink.text, "a;b;c;");
    assertEquals([sinks.now.text, sinks.history.text], ["b;c;", "a;b;c;"]);
  }
});

Deno.test("Hub goes on when somebody leaves inside a delivery", async () => {
  const { hub } = openHub();
  const framing = new FakeFraming();
  const [first, second, third] = [0, 1, 2].map(() => follow(hub, { framing }));
  first!.sink.onTaken = () => {
    first!.subscription[Symbol.dispose]();
    second!.subscription[Symbol.dispose]();
  };
  publishAll(hub, ["a"]);
  await turns();
  publishAll(hub, ["b"]);
  await turns();
  assertEquals([first, second, third].map((one) => one!.sink.text), ["a;", "", "a;b;"]);
});
