import { assertEquals, assertThrows } from "@std/assert";
import { formatTags, irc, parseIrcMessage, parseTags } from "../../../codec/irc/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";
import { utf8Bytes } from "../support.ts";

for (
  const [text, tags] of [
    ["", []],
    ["a", [["a", ""]]],
    ["a=", [["a", ""]]],
    ["a=b=c", [["a", "b=c"]]],
    ["+draft/a=b;vendor.example/c", [["+draft/a", "b"], ["vendor.example/c", ""]]],
    [";;a;;b;", [["a", ""], ["b", ""]]],
    ["=a;b", [["b", ""]]],
    ["a=1;b=2;a=3", [["a", "3"], ["b", "2"]]],
    ["a=1;a", [["a", ""]]],
    ["a=\\:\\s\\\\\\r\\n", [["a", "; \\\r\n"]]],
    ["a=\\\\s\\\\\\s", [["a", "\\s\\ "]]],
    ["a=\\b\\=\\é", [["a", "b=é"]]],
    ["a=b\\", [["a", "b"]]],
    ["a=b\\;c=d", [["a", "b"], ["c", "d"]]],
    ["a\\s=b\\s", [["a\\s", "b "]]],
    ["a=é€\u{1f600}", [["a", "é€\u{1f600}"]]],
  ] as const
) {
  Deno.test(`parseTags() cuts ${JSON.stringify(text)}`, () => {
    assertEquals([...parseTags(text)], tags.map((tag) => [...tag]));
  });
}

Deno.test("formatTags() escapes what would end a value, and leaves out an empty one", () => {
  const tags = new Map([["a", "; \\\r\n:s"], ["b", ""], ["+c/d", "e=f"]]);
  const text = formatTags(tags);
  assertEquals(text, "a=\\:\\s\\\\\\r\\n:s;b;+c/d=e=f");
  assertEquals(parseTags(text), tags);
  assertEquals(formatTags(new Map()), "");
});

Deno.test("formatTags() refuses a key that would be read as something else, and NUL", () => {
  for (const key of ["", "a b", "a;b", "a=b", "a\r", "a\n", "a\0"]) {
    const error = assertThrows(() => formatTags(new Map([[key, ""]])), ProtocolError);
    assertEquals(
      error.message,
      `Cannot encode IRC message: the tag ${JSON.stringify(key)} is no key`,
    );
  }
  assertThrows(() => formatTags(new Map([["a", "\0"]])), ProtocolError, "the value of the tag");
});

Deno.test("a message without a tag that has a key has none", () => {
  for (const line of ["@ A", "@; A", "@=a A"]) {
    assertEquals(parseIrcMessage(line), { command: "A", params: [] });
  }
});

Deno.test("the diagram of IrcMessage is what is decoded and written", () => {
  const line = "@time=12:00 :ann!a@example.org PRIVMSG #news :hello all";
  const message = {
    tags: new Map([["time", "12:00"]]),
    source: "ann!a@example.org",
    command: "PRIVMSG",
    params: ["#news", "hello all"],
  };
  assertEquals(parseIrcMessage(line), message);
  assertEquals(irc().encode(message), utf8Bytes(`${line}\r\n`));
});
