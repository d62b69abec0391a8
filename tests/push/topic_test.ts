import { assertEquals } from "@std/assert";
import type { Hub } from "../../push/hub.ts";
import { turns } from "../../testing/turns.ts";
import { AliveFraming, FakeFraming, follow, openHub, publishAll, TalkingFraming } from "./fakes.ts";

const talk = (hub: Hub, framing: AliveFraming = new TalkingFraming()) => follow(hub, { framing });
const leave = ({ subscription }: ReturnType<typeof talk>) => subscription[Symbol.dispose]();

Deno.test("Topic says how many are present a second after somebody came, and at most once a second", async () => {
  const { hub, clock } = openHub({ aliveMs: Infinity });
  const first = talk(hub);
  await clock.advance(999);
  assertEquals(first.sink.text, "");
  const others = Array.from({ length: 1000 }, () => talk(hub, first.framing as TalkingFraming));
  await clock.advance(1);
  assertEquals(first.sink.text, "present 1001;");
  assertEquals(others.every(({ sink }) => sink.text === "present 1001;"), true);
  const toldAt: number[] = [];
  first.sink.onTaken = () => toldAt.push(clock.now());
  for (const other of others) {
    leave(other);
    await clock.advance(2);
  }
  await clock.advance(60_000);
  assertEquals(toldAt, [2000, 3000]);
  assertEquals(first.sink.taken.slice(1), ["present 501;", "present 1;"]);
});

Deno.test("Topic says how many are present to all framings that can say it, and counts all", async () => {
  const { hub, clock } = openHub({ aliveMs: Infinity });
  const [one, two] = [talk(hub), talk(hub)];
  const plain = follow(hub);
  await clock.advance(1000);
  assertEquals([one, two, plain].map(({ sink }) => sink.text), ["present 3;", "present 3;", ""]);
  leave(plain);
  await clock.advance(1000);
  assertEquals(one.sink.text, "present 3;present 2;");
});

Deno.test("Topic says alive when nothing was published for aliveMs, again and again", async () => {
  const { hub, clock } = openHub({ aliveMs: 15_000 });
  const { sink } = talk(hub, new AliveFraming());
  await clock.advance(1000);
  await clock.advance(13_999);
  assertEquals(sink.text, "");
  await clock.advance(1);
  assertEquals(sink.text, "alive;");
  await clock.advance(14_999);
  assertEquals(sink.text, "alive;");
  await clock.advance(15_001);
  assertEquals(sink.text, "alive;alive;alive;");
});

Deno.test("Topic says alive only behind the silence that follows a message", async () => {
  const { hub, clock } = openHub({ aliveMs: 15_000 });
  const { sink } = talk(hub, new AliveFraming());
  await clock.advance(1000);
  for (let second = 0; second < 10; second++) {
    await clock.advance(10_000);
    publishAll(hub, ["a"]);
    await turns();
  }
  assertEquals(sink.text, "a;".repeat(10));
  await clock.advance(14_999);
  assertEquals(sink.text, "a;".repeat(10));
  await clock.advance(1);
  assertEquals(sink.text, `${"a;".repeat(10)}alive;`);
});

Deno.test("Topic says alive of its own silence, whatever is published on others", async () => {
  const { hub, clock } = openHub({ aliveMs: 15_000 });
  const { sink } = talk(hub, new AliveFraming());
  follow(hub, { topic: "sport" });
  for (let second = 0; second < 15; second++) {
    publishAll(hub, ["a"], "sport");
    await clock.advance(1000);
  }
  assertEquals(sink.text, "alive;");
});

Deno.test("Topic has no wait for a framing that says nothing of itself but the one for how many are present", async () => {
  const { hub, clock } = openHub();
  follow(hub);
  assertEquals(clock.pending, 1);
  await clock.advance(1000);
  assertEquals(clock.pending, 0);
});

Deno.test("Topic has one wait for each framing, however many follow", async () => {
  const { hub, clock } = openHub();
  const framing = new TalkingFraming();
  for (let count = 0; count < 100; count++) talk(hub, framing);
  talk(hub);
  await clock.advance(1000);
  assertEquals(clock.pending, 2);
});

Deno.test("Topic has no wait left when the last one has left", async () => {
  const { hub, clock } = openHub();
  const followers = [
    talk(hub),
    talk(hub),
    follow(hub),
    follow(hub, { framing: new FakeFraming() }),
  ];
  await clock.advance(500);
  for (const follower of followers) leave(follower);
  assertEquals(clock.pending, 0);
  publishAll(hub, ["a"]);
  assertEquals(clock.pending, 0);
  const again = talk(hub);
  await clock.advance(20_000);
  assertEquals(again.sink.text, "present 1;alive;");
  publishAll(hub, ["b"]);
  leave(again);
  await turns();
  assertEquals(clock.pending, 0);
});

Deno.test("Topic stops the wait of a framing when its last one leaves, and goes on with the others", async () => {
  const { hub, clock } = openHub();
  const [one, two] = [talk(hub, new AliveFraming()), talk(hub, new AliveFraming())];
  await clock.advance(1000);
  leave(one);
  await clock.advance(1000);
  assertEquals(clock.pending, 1);
  await clock.advance(13_000);
  assertEquals([one.sink.text, two.sink.text], ["", "alive;"]);
});

Deno.test("Topic says nothing of itself to who is too slow, and keeps none of it", async () => {
  const { hub, clock } = openHub({ limits: { maxQueuedBytes: 20 } });
  const framing = new TalkingFraming();
  const { sink } = follow(hub, { framing, slow: "drop-oldest" });
  sink.isBlocked = true;
  for (let count = 0; count < 10; count++) publishAll(hub, ["1234"]);
  await turns();
  await clock.advance(100_000);
  sink.isBlocked = false;
  sink.drain();
  assertEquals(sink.text.includes("present"), false);
  assertEquals(sink.text.includes("alive"), false);
  await clock.advance(15_000);
  assertEquals(sink.taken.at(-1), "alive;");
});
