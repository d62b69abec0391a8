import { assertEquals } from "@std/assert";
import { turns } from "../../testing/turns.ts";
import { FakeFraming, FakeSink, follow, openHub, publishAll } from "./fakes.ts";

const encoder = new TextEncoder();

Deno.test("Hub begins with what is published from now on, with the history, or behind an id", async () => {
  const { hub } = openHub();
  const ids = publishAll(hub, ["a", "b", "c"]);
  await turns();
  const begun = [undefined, "now", "history", ...ids.map((id) => ({ id }))] as const;
  const followers = begun.map((from) => follow(hub, from === undefined ? {} : { from }));
  // The history is there at once.
  assertEquals(followers.map(({ sink }) => sink.text), ["", "", "a;b;c;", "b;c;", "c;", ""]);
  publishAll(hub, ["d"]);
  await turns();
  assertEquals(
    followers.map(({ sink }) => sink.text),
    ["d;", "d;", "a;b;c;d;", "b;c;d;", "c;d;", "d;"],
  );
});

Deno.test("Hub loses nothing and brings nothing twice when somebody subscribes in the turn of messages", async () => {
  for (const maxHistoryMessages of [0, 1, 100]) {
    const { hub } = openHub({ limits: { maxHistoryMessages } });
    const framing = new FakeFraming();
    const before = follow(hub, { framing });
    const [, last] = publishAll(hub, ["a", "b"]);
    const now = follow(hub, { framing });
    const history = follow(hub, { framing, from: "history" });
    const behind = follow(hub, { framing, from: { id: last! } });
    publishAll(hub, ["c", "d"]);
    const late = follow(hub, { framing });
    await turns();
    publishAll(hub, ["e"]);
    await turns();
    const kept = { 0: "", 1: "b;", 100: "a;b;" }[maxHistoryMessages];
    assertEquals(
      [before, now, history, behind, late].map(({ sink }) => sink.text),
      ["a;b;c;d;e;", "c;d;e;", `${kept}c;d;e;`, "c;d;e;", "e;"],
    );
  }
});

Deno.test("Hub begins behind the id of another topic's message, since ids are in one order", async () => {
  const { hub } = openHub();
  publishAll(hub, ["a"]);
  const [id] = publishAll(hub, ["goal"], "sport");
  publishAll(hub, ["b"]);
  await turns();
  assertEquals(follow(hub, { from: { id: id! } }).sink.text, "b;");
});

Deno.test("Hub says that messages are missed when what is behind an id is gone, and gives what there is", async () => {
  const { hub } = openHub({ limits: { maxHistoryMessages: 2 } });
  const [, , third, fourth] = publishAll(hub, ["1", "2", "3", "4", "5"]);
  await turns();
  const { run } = hub;
  for (
    const [id, told] of [
      [`${run}-2`, "missed;4;5;"],
      [third!, "4;5;"],
      [fourth!, "5;"],
      [`${run}-5`, ""],
      [`${run}-0005`, ""],
      // It is of the future.
      [`${run}-6`, "missed;4;5;"],
      // It is of another run.
      ["0123456789ab-4", "missed;4;5;"],
      // They are no ids.
      ["", "missed;4;5;"],
      ["4", "missed;4;5;"],
      [`${run}-`, "missed;4;5;"],
      [`${run}--4`, "missed;4;5;"],
      [`${run}-4 `, "missed;4;5;"],
      [`${run}-4\n`, "missed;4;5;"],
      [`${run}-4.5`, "missed;4;5;"],
      [`${run}-1e0`, "missed;4;5;"],
      [`${run}-${"9".repeat(400)}`, "missed;4;5;"],
      [`${run}-${"0".repeat(400)}4`, "missed;4;5;"],
      [`${run.toUpperCase()}x-4`, "missed;4;5;"],
      ["NaN", "missed;4;5;"],
    ] as const
  ) {
    assertEquals(follow(hub, { from: { id } }).sink.text, told, JSON.stringify(id));
  }
});

Deno.test("Hub says that nothing is missed when an id is as old as the topic", () => {
  const { hub } = openHub();
  publishAll(hub, ["a"]);
  assertEquals(follow(hub, { from: { id: `${hub.run}-0` } }).sink.text, "a;");
  assertEquals(follow(hub, { topic: "empty", from: { id: `${hub.run}-1` } }).sink.text, "");
});

Deno.test("Hub says of a history that nothing is missed, however much of it is gone", async () => {
  const { hub } = openHub({ limits: { maxHistoryMessages: 1 } });
  publishAll(hub, ["1", "2"]);
  await turns();
  assertEquals(follow(hub, { from: "history" }).sink.text, "2;");
});

Deno.test("Hub says nothing of missed messages when a framing has no words for it", () => {
  const { hub } = openHub();
  publishAll(hub, ["a"]);
  const [framing, sink] = [new FakeFraming(), new FakeSink()];
  const silent = { frame: framing.frame.bind(framing) };
  hub.subscribe("news", sink, { framing: silent, from: { id: "none" } });
  assertEquals(sink.text, "a;");
});

Deno.test("Hub says hello first, then what is missed, then the history", async () => {
  const { hub } = openHub();
  publishAll(hub, ["a", "b"]);
  follow(hub);
  const { sink } = follow(hub, {
    from: { id: "none" },
    hello: ({ id, present }) => encoder.encode(`hello ${id} of ${present};`),
  });
  const now = follow(hub, { hello: ({ id }) => encoder.encode(`hello ${id};`) });
  publishAll(hub, ["c"]);
  assertEquals(sink.taken, ["hello 2 of 2;", "missed;", "a;", "b;"]);
  await turns();
  assertEquals(sink.text, "hello 2 of 2;missed;a;b;c;");
  assertEquals(now.sink.text, "hello 3;c;");
});

Deno.test("Hub says hello before what was published in the same turn", async () => {
  const { hub } = openHub();
  publishAll(hub, ["a"]);
  const { sink } = follow(hub, { from: "history", hello: () => encoder.encode("hello;") });
  publishAll(hub, ["b"]);
  await turns();
  assertEquals(sink.text, "hello;a;b;");
});
