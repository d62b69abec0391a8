import { assertEquals, assertThrows } from "@std/assert";
import { topic, topics, topicUrl } from "../../cli/topic.ts";
import { UsageError } from "../../cli/usage_error.ts";

Deno.test("topic() and topics() read a name as it was typed", () => {
  assertEquals(topic("").parse(" a/b ", "--publish"), " a/b ");
  assertEquals(topics("").parse("a,b", "--topic"), ["a,b"]);
});

for (const typed of ["", ".", "..", "a\tb", "\u007f", "\u202e", "\ud800", "x".repeat(256)]) {
  Deno.test(`topic() refuses ${JSON.stringify(typed).slice(0, 40)}`, () => {
    assertThrows(
      () => topic("").parse(typed, "--publish"),
      UsageError,
      `--publish takes the name of a topic, not ${JSON.stringify(typed)}: `,
    );
  });
}

for (
  const [base, name, href] of [
    ["ws://a", "b", "ws://a/b"],
    ["ws://a/", "/", "ws://a/%2F"],
    ["wss://a/c//", "b", "wss://a/c/b"],
    ["ws://u:p@a/c?d=e", "?", "ws://u:p@a/c/%3F?d=e"],
    ["ws://a/", "%41", "ws://a/%2541"],
    ["ws://a/", "é", "ws://a/%C3%A9"],
    ["ws://a/", "%2e%2e", "ws://a/%252e%252e"],
    ["ws://a/", "\\", "ws://a/%5C"],
  ] as const
) {
  Deno.test(`topicUrl() finds ${name} below ${base}`, () => {
    assertEquals(topicUrl(new URL(base), name).href, href);
  });
}
