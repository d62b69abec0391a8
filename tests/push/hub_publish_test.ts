import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { TextMessage } from "../../codec/websocket/text_message.ts";
import { webSocketServerCodec } from "../../codec/websocket/websocket.ts";
import { DEFAULT_HUB_LIMITS } from "../../push/limits.ts";
import { Hub } from "../../push/hub.ts";
import { turns } from "../../testing/turns.ts";
import { framesBytes, text } from "../codec/websocket/frames.ts";
import { FakeSink, follow, openHub, publishAll } from "./fakes.ts";

const encoder = new TextEncoder();

Deno.test("Hub.publish() takes a string as text, bytes as binary, and what came as it came", async () => {
  const { hub } = openHub();
  const { sink } = follow(hub);
  const bytes = Uint8Array.of(1, 255);
  hub.publish("news", "é😀\0\u{FEFF}");
  hub.publish("news", bytes);
  hub.publish("news", { kind: "text", text: "said" });
  hub.publish("news", { kind: "binary", bytes });
  hub.publish("news", new TextMessage(encoder.encode("came"), { isAscii: true }));
  hub.publish("news", "");
  hub.publish("news", new Uint8Array(0));
  await turns();
  assertEquals(sink.text, "é😀\0\u{FEFF};[1,255];said;[1,255];came;;[];");
  const kinds = hub.history("news").map(({ kind }) => kind).join(" ");
  assertEquals(kinds, "text binary text binary text text binary");
  assertStrictEquals(hub.history("news")[1]!.bytes, bytes);
});

Deno.test("Hub.publish() takes what a WebSocket's decoder gives, and keeps none of its block", async () => {
  const { hub } = openHub();
  const { sink } = follow(hub);
  const { decoder } = webSocketServerCodec().session();
  const texts = ["hé", "", "x".repeat(70_000), "last"];
  for (const one of texts) {
    decoder.push(framesBytes([text(one)], { sender: "client" }));
    const message = decoder.next();
    if (message?.kind !== "text") throw new Error("It is no text");
    hub.publish("news", message);
  }
  await turns();
  assertEquals(sink.text, texts.map((one) => `${one};`).join(""));
  for (const { bytes } of hub.history("news")) {
    assertEquals(bytes.buffer.byteLength <= 2 * bytes.length, true);
  }
});

Deno.test("Hub.publish() copies bytes that are a small part of a block", () => {
  const { hub } = openHub();
  const block = new Uint8Array(1000);
  for (const length of [499, 500, 1000]) hub.publish("news", block.subarray(0, length));
  const held = hub.history("news").map(({ bytes }) => bytes.buffer.byteLength);
  assertEquals(held, [499, 1000, 1000]);
});

Deno.test("Hub.publish() refuses a lone surrogate, and publishes nothing then", async () => {
  const { hub } = openHub();
  const { sink } = follow(hub);
  for (const bad of ["\uD83D", "a\uDE00", "\uDE00\uD83D"]) {
    for (const message of [bad, { kind: "text", text: bad } as const]) {
      const error = assertThrows(() => hub.publish("news", message), ProtocolError);
      assertEquals([error.code, error.side], ["bad-utf8", "local"]);
    }
  }
  await turns();
  assertEquals([sink.text, hub.counters.published], ["", 0]);
  assertEquals(hub.publish("news", "a").id, `${hub.run}-1`);
});

for (
  const [what, name] of [
    ["empty", ""],
    ["a line", "a\nb"],
    ["a control character", "a\u0000"],
    ["a C1 control character", "a\u0085"],
    ["a lone surrogate", "a\uD800"],
    ["a bidirectional override", "a\u202Eb"],
    ["a bidirectional isolate", "\u2066a"],
    ["a mark that hides", "a\u200Eb"],
    ["a byte order mark", "\uFEFFa"],
    ["a line separator", "a\u2028b"],
    ["no character", "a\uFFFF"],
    ["256 bytes", "x".repeat(256)],
    ["more bytes than characters", "é".repeat(128)],
  ] as const
) {
  Deno.test(`Hub refuses a topic when its name is ${what}`, () => {
    const { hub } = openHub();
    const refusal = /^Cannot use topic: a topic h/;
    for (
      const call of [() => hub.publish(name, "a"), () => follow(hub, { topic: name })]
    ) {
      const { message } = assertThrows(call, TypeError);
      assertEquals([refusal.test(message), hub.topics, hub.subscribers], [true, 0, 0], message);
    }
  });
}

Deno.test("Hub takes every other name, up to 255 bytes", async () => {
  const { hub } = openHub();
  const names = [
    "default",
    "news/sport",
    " ",
    "..",
    "__proto__",
    "constructor",
    "é".repeat(127) + "x",
    "x".repeat(255),
    "👩‍🔬",
    "می‌خواهم",
    "日本語",
  ];
  const sinks = names.map((topic) => follow(hub, { topic }).sink);
  for (const name of names) publishAll(hub, [name], name);
  await turns();
  assertEquals(sinks.map((sink) => sink.text), names.map((name) => `${name};`));
});

Deno.test("Hub takes names that look alike as different topics", async () => {
  const { hub } = openHub();
  const composed = follow(hub, { topic: "caf\u00e9" });
  publishAll(hub, ["a"], "cafe\u0301");
  await turns();
  assertEquals(composed.sink.text, "");
});

Deno.test("Hub refuses limits that are none, and an aliveMs that is none", () => {
  for (const maxTopics of [0, -1, 1.5, NaN]) {
    assertThrows(() => new Hub({ limits: { maxTopics } }), RangeError, "Cannot set maxTopics");
  }
  for (const name of ["maxTopicHistoryBytes", "maxHistoryBytes", "maxQueuedBytes"] as const) {
    assertThrows(() => new Hub({ limits: { [name]: 0 } }), RangeError, `Cannot set ${name}`);
  }
  assertThrows(() => new Hub({ limits: { maxHistoryMessages: -1 } }), RangeError);
  const typo = { maxTopic: 1 } as Partial<typeof DEFAULT_HUB_LIMITS>;
  assertThrows(() => new Hub({ limits: typo }), TypeError);
  for (const aliveMs of [0, -1, NaN]) assertThrows(() => new Hub({ aliveMs }), RangeError);
  new Hub({ limits: { ...DEFAULT_HUB_LIMITS, maxTopics: Infinity }, aliveMs: Infinity });
});

Deno.test("Hub refuses another topic when as many are followed as may be", () => {
  const { hub } = openHub({ limits: { maxTopics: 2 } });
  const [one] = ["1", "2"].map((topic) => follow(hub, { topic }));
  assertEquals(["1", "2", "3"].map((topic) => hub.canFollow(topic)), [true, true, false]);
  const sink = new FakeSink();
  const error = assertThrows(() => follow(hub, { topic: "3", sink }), LimitError);
  assertEquals([error.limit, hub.subscribers, hub.topics], ["maxTopics", 2, 2]);
  follow(hub, { topic: "1" });
  // It is brought to nobody, and not kept.
  assertEquals(hub.publish("3", "a"), { id: `${hub.run}-1`, subscribers: 0 });
  assertEquals(hub.history("3"), []);
  for (const { subscription } of [one!]) subscription[Symbol.dispose]();
  assertEquals(hub.canFollow("3"), false, "one is still there");
});
