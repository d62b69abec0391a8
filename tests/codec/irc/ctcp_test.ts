import { assertEquals, assertThrows } from "@std/assert";
import { formatCtcp, parseCtcp } from "../../../codec/irc/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";

for (
  const [text, command, params] of [
    ["\x01ACTION waves\x01", "ACTION", "waves"],
    ["\x01action  waves \x01", "ACTION", " waves "],
    ["\x01VERSION\x01", "VERSION", ""],
    ["\x01VERSION \x01", "VERSION", ""],
    ["\x01PING 1 2 3", "PING", "1 2 3"],
    ["\x01PING 1\x01 behind it", "PING", "1"],
    ["\x01ping\xe9 1\x01", "PING\xe9", "1"],
  ] as const
) {
  Deno.test(`parseCtcp() gives ${command} of ${JSON.stringify(text)}`, () => {
    assertEquals(parseCtcp(text), { command, params });
  });
}

Deno.test("parseCtcp() gives undefined when text is none", () => {
  for (
    const text of [
      "",
      "waves",
      " \x01ACTION\x01",
      "a\x01ACTION\x01",
      "\x01",
      "\x01\x01",
      "\x01 a\x01",
    ]
  ) {
    assertEquals(parseCtcp(text), undefined, JSON.stringify(text));
  }
});

Deno.test("formatCtcp() makes the text that parseCtcp() reads", () => {
  for (const params of ["", "waves", " two  words ", "é€"]) {
    const message = { command: "ACTION", params };
    assertEquals(parseCtcp(formatCtcp(message)), message);
  }
  assertEquals(formatCtcp({ command: "VERSION", params: "" }), "\x01VERSION\x01");
});

Deno.test("formatCtcp() refuses what would be read as something else", () => {
  const bad = ["\x01", "\0", "\r", "\n"];
  const messages = [
    { command: "", params: "" },
    { command: "A B", params: "" },
    ...bad.map((one) => ({ command: `A${one}`, params: "" })),
    ...bad.map((one) => ({ command: "A", params: `b${one}` })),
  ];
  for (const message of messages) {
    const error = assertThrows(() => formatCtcp(message), ProtocolError, "Cannot encode CTCP");
    assertEquals([error.code, error.side], ["bad-message", "local"]);
  }
});
