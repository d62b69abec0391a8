import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitError } from "../../codec/errors.ts";
import { DEFAULT_HUB_LIMITS, type HubLimits } from "../../push/limits.ts";
import { Topics } from "../../push/topics.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { SeededRandom } from "../../testing/random.ts";
import { messageOf } from "./fakes.ts";

function open(limits: Partial<HubLimits> = {}) {
  const topics = new Topics({
    limits: { ...DEFAULT_HUB_LIMITS, ...limits },
    aliveMs: 1000,
    clock: new FakeClock(),
  });
  let newest = 0;
  return {
    topics,
    /** Publishes on topics, one after the other. */
    publish(names: string, bytes = 0) {
      for (const topic of names) topics.keep(messageOf(++newest, { topic, bytes }));
      return newest;
    },
    /** Which topics there are, of those with one letter. */
    names: () => [..."abcdefghij"].filter((name) => topics.get(name) !== undefined).join(""),
    numbers: (name: string) => topics.get(name)?.history.after(0).map(({ number }) => number) ?? [],
  };
}

Deno.test("Topics keeps so many topics, and gives up those that nobody follows, the oldest first", () => {
  for (const [maxTopics, left] of [[4, "abcd"], [3, "bcd"], [2, "cd"], [1, "d"]] as const) {
    const { topics, publish, names } = open({ maxTopics });
    publish("abcd");
    assertEquals([names(), topics.size], [left, maxTopics]);
  }
});

Deno.test("Topics goes by when something was published, or the last one left", () => {
  const { topics, publish, names } = open({ maxTopics: 3 });
  publish("abc");
  publish("a");
  topics.unfollow(topics.follow("b"));
  publish("d");
  assertEquals(names(), "abd");
  publish("e");
  assertEquals(names(), "bde");
});

Deno.test("Topics gives up no topic that somebody follows", () => {
  const { topics, publish, names, numbers } = open({ maxTopics: 2 });
  topics.follow("a");
  publish("abcabc");
  assertEquals([names(), numbers("a")], ["ac", [1, 4]]);
  topics.follow("d");
  assertEquals([names(), topics.size], ["ad", 2]);
  publish("ef");
  assertEquals(names(), "ad");
});

Deno.test("Topics refuses who follows another one only when all are followed", () => {
  const { topics, publish } = open({ maxTopics: 2 });
  publish("ab");
  const can = (names: string) => [...names].filter((name) => topics.canFollow(name)).join("");
  assertEquals(can("abc"), "abc");
  topics.follow("c");
  assertEquals(can("abcd"), "abcd");
  const last = topics.follow("d");
  assertEquals(can("abcd"), "cd");
  const error = assertThrows(() => topics.follow("a"), LimitError);
  assertEquals([error.limit, topics.size], ["maxTopics", 2]);
  topics.follow("c");
  publish("d");
  topics.unfollow(last);
  assertEquals(can("abcd"), "abcd");
  topics.follow("a");
  assertEquals(can("abcd"), "ac");
});

Deno.test("Topics forgets a topic without a history when nobody follows it", () => {
  const { topics, publish } = open();
  topics.unfollow(topics.follow("a"));
  assertEquals(topics.size, 0);
  publish("a");
  topics.unfollow(topics.follow("a"));
  assertEquals(topics.size, 1);
});

// Each message costs 300 bytes.
for (
  const [maxHistoryBytes, left] of [[1201, "abcd"], [1200, "abcd"], [1199, "bcd"], [
    300,
    "d",
  ]] as const
) {
  Deno.test(`Topics gives up what nobody follows when more than ${maxHistoryBytes} bytes are kept`, () => {
    const { topics, publish, names } = open({ maxHistoryBytes });
    publish("abcd", 44);
    assertEquals([names(), topics.historyBytes], [left, 300 * left.length]);
  });
}

Deno.test("Topics gives up whole topics that nobody follows before one message of those that somebody does", () => {
  const { topics, publish, names, numbers } = open({ maxHistoryBytes: 1500 });
  topics.follow("a");
  topics.follow("b");
  publish("abccd", 44);
  assertEquals([names(), topics.historyBytes], ["abcd", 1500]);
  publish("b", 44);
  assertEquals([names(), numbers("b"), topics.historyBytes], ["abd", [2, 6], 1200]);
  publish("aa", 44);
  assertEquals([names(), topics.historyBytes], ["ab", 1500]);
  // b was used less lately than a.
  publish("a", 44);
  assertEquals([numbers("a"), numbers("b"), topics.historyBytes], [[1, 7, 8, 9], [6], 1500]);
  publish("aa", 44);
  assertEquals([numbers("a"), numbers("b")], [[7, 8, 9, 10, 11], []]);
  assertEquals(topics.get("b")!.history.lostUpTo, 6);
});

Deno.test("Topics keeps no message that is larger than all may be, and what somebody follows stays", () => {
  const { topics, publish, numbers } = open({ maxHistoryBytes: 1000, maxTopicHistoryBytes: 2000 });
  topics.follow("a");
  publish("ab");
  publish("c", 1000);
  assertEquals([numbers("a"), numbers("b"), numbers("c")], [[1], [], []]);
  assertEquals(topics.historyBytes, 256);
  assert(topics.follow("c").history.lostUpTo >= 3);
});

Deno.test("Topics counts the bytes of what it keeps, whatever comes and goes", () => {
  const { topics, publish } = open({
    maxTopics: 5,
    maxHistoryMessages: 4,
    maxTopicHistoryBytes: 1500,
    maxHistoryBytes: 4000,
  });
  const random = new SeededRandom(3);
  for (let round = 0; round < 3000; round++) {
    const name = "abcdefgh"[random.upTo(7)]!;
    if (random.upTo(9) < 7) publish(name, random.upTo(899));
    else if (random.upTo(9) < 5) {
      if (topics.canFollow(name)) topics.follow(name);
    } else {
      const topic = topics.get(name);
      if (topic !== undefined) topics.unfollow(topic);
    }
    const all = [..."abcdefgh"].map((one) => topics.get(one)?.history.bytes ?? 0);
    assertEquals(topics.historyBytes, all.reduce((sum, bytes) => sum + bytes, 0));
    assert(topics.historyBytes <= 4000 && topics.size <= 5);
  }
});

Deno.test("Topics tells nobody that nothing was lost when something was, whatever comes and goes", () => {
  for (const maxHistoryMessages of [0, 1, 3]) {
    const { topics, publish, numbers } = open({
      maxTopics: 3,
      maxHistoryMessages,
      maxHistoryBytes: 2000,
    });
    const random = new SeededRandom(11 + maxHistoryMessages);
    const published = new Map<string, number[]>();
    for (let round = 0; round < 3000; round++) {
      const name = "abcdef"[random.upTo(5)]!;
      const chance = random.upTo(99);
      if (chance < 60) {
        const number = publish(name, random.upTo(399));
        published.set(name, [...published.get(name) ?? [], number]);
      } else if (chance < 84 && topics.canFollow(name)) {
        const { history } = topics.follow(name);
        const kept = numbers(name);
        const lost = (published.get(name) ?? []).filter((number) => !kept.includes(number));
        assert(history.lostUpTo >= Math.max(0, ...lost), `${name} after ${round}`);
        assert(kept.every((number) => number > history.lostUpTo), `${name} after ${round}`);
      } else {
        const topic = topics.get(name);
        if (topic !== undefined) topics.unfollow(topic);
      }
    }
  }
});

Deno.test("Topics keeps no topic for a message when there is no history", () => {
  const { topics, publish } = open({ maxHistoryMessages: 0 });
  publish("abc");
  assertEquals([topics.size, topics.historyBytes], [0, 0]);
  // Of a topic that it did not know then, it cannot say that nothing is lost.
  const topic = topics.follow("a");
  assertEquals(topic.history.lostUpTo, 3);
  publish("aa");
  assertEquals([topic.history.length, topic.history.lostUpTo], [0, 5]);
  topics.unfollow(topic);
  assertEquals([topics.size, topics.follow("a").history.lostUpTo], [0, 5]);
});

Deno.test("Topics says of a message whether somebody follows its topic", () => {
  const { topics } = open();
  const topic = topics.follow("a");
  assertEquals(topics.keep(messageOf(1, { topic: "a" })), topic);
  assertEquals(topics.keep(messageOf(2, { topic: "b" })), undefined);
  topics.unfollow(topic);
  assertEquals(topics.keep(messageOf(3, { topic: "a" })), undefined);
  assertEquals(topics.follow("a"), topic);
});
