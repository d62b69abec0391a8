import { assert, assertEquals, assertThrows } from "@std/assert";
import { deflateEngine } from "../../codec/deflate.ts";
import { type Broker, type BrokerReceiver, Hub, topicNameFault } from "../../push/mod.ts";
import { webSocketFraming } from "../../push/websocket_sink.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turns } from "../../testing/turns.ts";
import {
  FakeFraming,
  FakeSink,
  follow,
  numbered,
  openHub,
  publishAll,
  TalkingFraming,
} from "./fakes.ts";

const encoder = new TextEncoder();

/** Runs something, and returns what was thrown on later turns of the event loop, which nobody else would catch. */
async function thrownLater(run: () => Promise<void>): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const { setImmediate: later } = globalThis;
  const { error } = console;
  const catching = (callback: () => void) =>
    later(() => {
      try {
        callback();
      } catch (one) {
        thrown.push(one);
      }
    });
  globalThis.setImmediate = catching as typeof setImmediate;
  console.error = () => {};
  try {
    await run();
  } finally {
    globalThis.setImmediate = later;
    console.error = error;
  }
  return thrown;
}

Deno.test("Subscriber gets nothing behind the message that it was closed for", async () => {
  for (const isOneTurn of [true, false]) {
    const { hub } = openHub({ limits: { maxQueuedBytes: 70_000 } });
    const { sink } = follow(hub);
    sink.isBlocked = true;
    for (const text of ["x".repeat(60_000), "y".repeat(65_600), "small"]) {
      hub.publish("news", text);
      if (!isOneTurn) await turns(1);
    }
    await turns();
    assertEquals([sink.slowEnds, sink.taken.length], [1, 1]);
  }
});

Deno.test("Hub brings a message to everybody when a sink throws", async () => {
  const { hub } = openHub();
  const followers = ["news", "news", "news", "sport"].map((topic) => follow(hub, { topic }));
  followers[1]!.sink.onTaken = () => {
    throw new Error("of its own");
  };
  const thrown = await thrownLater(async () => {
    publishAll(hub, ["a"]);
    publishAll(hub, ["a"], "sport");
    await turns();
  });
  assertEquals(followers.map(({ sink }) => sink.text), ["a;", "a;", "a;", "a;"]);
  assertEquals(thrown, []);
});

Deno.test("Hub.subscribe() leaves nothing behind when it throws", () => {
  const fails = () => {
    throw new Error("of its own");
  };
  const broken = new FakeSink();
  broken.onTaken = fails;
  const follows: Broker = { attach() {}, publish() {}, follow: fails };
  for (
    const [what, options, broker] of [
      ["hello", { hello: fails }],
      ["a sink", { sink: broken, from: "history" }],
      ["a broker", {}, follows],
    ] as const
  ) {
    const { hub } = openHub(broker && { broker });
    publishAll(hub, ["a"]);
    assertThrows(() => follow(hub, options), Error, "of its own");
    assertEquals([hub.subscribers, hub.present("news")], [0, 0], what);
    assertEquals(hub.topics, broker ? 0 : 1, what);
  }
});

Deno.test("Hub frames a message once when some of it is not for everybody", async () => {
  const { hub } = openHub();
  const framing = new FakeFraming();
  const quiet = Array.from({ length: 10 }, () => follow(hub, { framing, ownMessages: false }));
  for (const { subscription } of quiet) hub.publish("news", "a", { by: subscription });
  await turns();
  assertEquals(framing.framed.length, 10);
  publishAll(hub, ["b"]);
  const late = follow(hub, { framing });
  publishAll(hub, ["c"]);
  await turns();
  assertEquals([framing.framed.length, late.sink.taken], [12, ["c;"]]);
});

Deno.test("Subscriber frames a message of the history once while its peer reads nothing", async () => {
  const { hub } = openHub();
  publishAll(hub, ["x".repeat(100)]);
  await turns();
  const sink = new FakeSink();
  [sink.isBlocked, sink.queuedBytes] = [true, 1_000_000];
  const { framing } = follow(hub, { sink, from: "history" });
  for (const text of numbered(1, 50)) {
    publishAll(hub, [text]);
    await turns(1);
  }
  const times = framing.framed.filter((number) => number === 1).length;
  assert(times <= 2, `it was framed ${times} times`);
});

Deno.test("webSocketFraming() refuses messages that refer to others when one without was made before", () => {
  const compressionOf = (takeover: boolean) => ({
    outgoing: { windowBits: 12, takeover },
    incoming: { windowBits: 12, takeover },
    thresholdBytes: 1024,
    engine: deflateEngine,
  });
  webSocketFraming({ compression: compressionOf(false) });
  assertThrows(() => webSocketFraming({ compression: compressionOf(true) }), TypeError);
});

Deno.test("Subscriber is given nothing more when it leaves while it is given something", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 4 } });
  const slow = follow(hub, { slow: "drop-oldest" });
  slow.sink.isBlocked = true;
  for (const text of numbered(1, 4)) {
    publishAll(hub, [text]);
    await turns(1);
  }
  slow.sink.isBlocked = false;
  slow.sink.onTaken = () => slow.subscription[Symbol.dispose]();
  slow.sink.drain();
  assertEquals(slow.sink.text, "1;2;4;");

  const quick = follow(hub);
  quick.sink.onTaken = () => quick.subscription[Symbol.dispose]();
  publishAll(hub, ["x".repeat(70_000), "behind it"]);
  await turns();
  assertEquals(quick.sink.taken.length, 1);
});

Deno.test("Hub says that messages were missed when its queue has room for hello alone", async () => {
  const { hub } = openHub({ limits: { maxQueuedBytes: 10 } });
  publishAll(hub, ["a"]);
  const sink = new FakeSink();
  sink.isBlocked = true;
  follow(hub, { sink, from: { id: "none" }, hello: () => encoder.encode("hello to you;") });
  for (let count = 0; count < 5; count++) sink.drain();
  await turns();
  assertEquals(sink.text, "hello to you;missed;a;");
});

Deno.test("Topic says alive to who hears nothing because all messages are its own", async () => {
  const { hub, clock } = openHub({ aliveMs: 15_000 });
  const framing = new TalkingFraming();
  const { sink, subscription } = follow(hub, { framing, ownMessages: false });
  for (let count = 0; count < 12; count++) {
    await clock.advance(10_000);
    hub.publish("news", "mine", { by: subscription });
    await turns();
  }
  assert(sink.text.includes("alive;"), `in two minutes it heard ${sink.text}`);
});

Deno.test("Topic says alive only when nothing else was said for aliveMs", async () => {
  const { hub, clock } = openHub({ aliveMs: 15_000 });
  const framing = new TalkingFraming();
  const { sink } = follow(hub, { framing });
  await clock.advance(13_500);
  follow(hub, { framing });
  await clock.advance(1_500);
  assertEquals(sink.text, "present 1;present 2;");
});

Deno.test("Hub.publish() says the id of its own message when its broker brings others behind it", () => {
  let receiver: BrokerReceiver | undefined;
  const hub = new Hub({
    clock: new FakeClock(),
    broker: {
      attach: (given) => receiver = given,
      publish(message) {
        receiver!.deliver(message);
        receiver!.deliver({ ...message, bytes: encoder.encode("of another hub") });
      },
    },
  });
  const { id } = hub.publish("news", "mine");
  const mine = hub.history("news").find(({ id: one }) => one === id);
  assertEquals(new TextDecoder().decode(mine?.bytes), "mine");
});

Deno.test("topicNameFault() refuses a name of which nobody sees anything", () => {
  for (const name of ["\u200d", "\u200c\u200d"]) assert(topicNameFault(name) !== undefined);
});
