import { assertEquals } from "@std/assert";
import { type Broker, type BrokerMessage, type BrokerReceiver, Hub } from "../../push/mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turns } from "../../testing/turns.ts";
import { FakeFraming, follow, publishAll } from "./fakes.ts";

/** Brings what one hub publishes to all of them, when the test says so. */
class Bus {
  readonly waiting: BrokerMessage[] = [];
  readonly calls: string[] = [];
  readonly #receivers: BrokerReceiver[] = [];

  /** Returns the broker of one hub. */
  broker(name: string): Broker {
    return {
      attach: (receiver) => {
        this.calls.push(`${name} attach`);
        this.#receivers.push(receiver);
      },
      publish: (message) => void this.waiting.push(message),
      follow: (topic) => void this.calls.push(`${name} follow ${topic}`),
      unfollow: (topic) => void this.calls.push(`${name} unfollow ${topic}`),
    };
  }

  deliver(): void {
    for (const message of this.waiting.splice(0)) {
      for (const receiver of this.#receivers) receiver.deliver(message);
    }
  }
}

function twoHubs() {
  const bus = new Bus();
  const clock = new FakeClock();
  const [left, right] = ["left", "right"].map((name) =>
    new Hub({ broker: bus.broker(name), clock })
  );
  return { bus, left: left!, right: right! };
}

Deno.test("Hub has no id of a message when its broker brings it later", async () => {
  const { bus, left } = twoHubs();
  const { sink } = follow(left);
  assertEquals(left.publish("news", "a"), { id: undefined, subscribers: 1 });
  await turns();
  assertEquals([sink.text, left.counters.published], ["", 0]);
  bus.deliver();
  await turns();
  assertEquals([sink.text, left.counters.published], ["a;", 1]);
});

Deno.test("Hub brings what comes by its broker to its own subscribers, in one order for all hubs", async () => {
  const { bus, left, right } = twoHubs();
  const followers = [follow(left), follow(right), follow(right, { topic: "sport" })];
  left.publish("news", "1");
  right.publish("news", Uint8Array.of(2));
  left.publish("sport", "3");
  right.publish("news", "4");
  bus.deliver();
  await turns();
  assertEquals(followers.map(({ sink }) => sink.text), ["1;[2];4;", "1;[2];4;", "3;"]);
  assertEquals(left.history("news").length, right.history("news").length);
});

Deno.test("Hub knows who of its own a message is from, and names the others with their run", async () => {
  const { bus, left, right } = twoHubs();
  // Both have the number 1.
  const mine = follow(left, { ownMessages: false });
  const theirs = follow(right, { ownMessages: false });
  left.publish("news", "left", { by: mine.subscription });
  right.publish("news", "right", { by: theirs.subscription });
  left.publish("news", "nobody");
  bus.deliver();
  await turns();
  assertEquals([mine.sink.text, theirs.sink.text], ["right;nobody;", "left;nobody;"]);
  const from = (hub: Hub) => hub.history("news").map((message) => message.from);
  assertEquals(from(left), ["1", `${right.run}-1`, undefined]);
  assertEquals(from(right), [`${left.run}-1`, "1", undefined]);
});

Deno.test("Hub takes no id of a hub that shares its broker for one of its own", async () => {
  const { bus, left, right } = twoHubs();
  publishAll(left, ["a", "b"]);
  bus.deliver();
  await turns();
  const { sink } = follow(right, { from: { id: `${left.run}-1` } });
  assertEquals(sink.text, "missed;a;b;");
});

Deno.test("Hub tells its broker of the first who follows a topic and of the last who leaves, once", () => {
  const { bus, left } = twoHubs();
  assertEquals(bus.calls.splice(0), ["left attach", "right attach"]);
  const [one, two] = [follow(left), follow(left)];
  follow(left, { topic: "sport" });
  assertEquals(bus.calls.splice(0), ["left follow news", "left follow sport"]);
  one.subscription[Symbol.dispose]();
  one.subscription[Symbol.dispose]();
  assertEquals(bus.calls.splice(0), []);
  two.subscription[Symbol.dispose]();
  two.subscription[Symbol.dispose]();
  one.subscription[Symbol.dispose]();
  assertEquals(bus.calls.splice(0), ["left unfollow news"]);
  follow(left);
  assertEquals(bus.calls.splice(0), ["left follow news"]);
});

Deno.test("Hub keeps what comes on topics that nobody follows here", async () => {
  const { bus, left, right } = twoHubs();
  publishAll(left, ["a", "b"]);
  bus.deliver();
  await turns();
  assertEquals(follow(right, { from: "history" }).sink.text, "a;b;");
});

Deno.test("Hub takes what comes while nobody publishes, and with a time of its own", async () => {
  let receiver: BrokerReceiver | undefined;
  const broker: Broker = { attach: (given) => receiver = given, publish() {} };
  const hub = new Hub({ broker, clock: new FakeClock() });
  const framing = new FakeFraming();
  const { sink, subscription } = follow(hub, { framing });
  const bytes = new TextEncoder().encode("far");
  const kind = "text";
  receiver!.deliver({ topic: "news", kind, bytes, timeMs: 5, from: "other-1" });
  await turns();
  const [{ id, timeMs, from }] = hub.history("news") as [ReturnType<Hub["history"]>[number]];
  assertEquals([sink.text, id, timeMs, from], ["far;", `${hub.run}-1`, 5, "other-1"]);
  // Neither needs to be there.
  subscription[Symbol.dispose]();
});
