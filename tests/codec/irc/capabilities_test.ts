import { assertEquals, assertThrows } from "@std/assert";
import {
  formatCapabilities,
  formatIrcMessage,
  parseCapabilities,
  parseIrcMessage,
} from "../../../codec/irc/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";

Deno.test("parseCapabilities() gives names with their values, the empty one where there is none", () => {
  assertEquals([...parseCapabilities("sasl=PLAIN,EXTERNAL multi-prefix a= b=c=d")], [
    ["sasl", "PLAIN,EXTERNAL"],
    ["multi-prefix", ""],
    ["a", ""],
    ["b", "c=d"],
  ]);
});

Deno.test("parseCapabilities() leaves out what has no name", () => {
  for (const text of ["", " ", "   ", "=a", " =a = "]) {
    assertEquals(parseCapabilities(text).size, 0, text);
  }
  assertEquals([...parseCapabilities("  a   b ").keys()], ["a", "b"]);
});

Deno.test("parseCapabilities() keeps the sign of a name that is to be switched off", () => {
  assertEquals([...parseCapabilities("-sasl draft/x").keys()], ["-sasl", "draft/x"]);
});

Deno.test("parseCapabilities() counts the last when a name comes twice", () => {
  assertEquals([...parseCapabilities("a=1 b a=2")], [["a", "2"], ["b", ""]]);
});

Deno.test("parseCapabilities() gives the whole list when it comes in several lines", () => {
  const lines = [
    ":s CAP * LS * :sasl=PLAIN multi-prefix",
    ":s CAP * LS :away-notify sasl=EXTERNAL",
  ];
  const all = new Map<string, string>();
  const continued: boolean[] = [];
  for (const line of lines) {
    const { params } = parseIrcMessage(line)!;
    continued.push(params[2] === "*" && params.length > 3);
    for (const [name, value] of parseCapabilities(params.at(-1)!)) all.set(name, value);
  }
  assertEquals(continued, [true, false]);
  assertEquals([...all], [["sasl", "EXTERNAL"], ["multi-prefix", ""], ["away-notify", ""]]);
});

Deno.test("formatCapabilities() makes the list that parseCapabilities() reads", () => {
  const capabilities = new Map([["sasl", "PLAIN"], ["a", ""], ["b", "c=d"]]);
  const text = formatCapabilities(capabilities);
  assertEquals(text, "sasl=PLAIN a b=c=d");
  assertEquals(parseCapabilities(text), capabilities);
  assertEquals(formatCapabilities(new Map()), "");
  const line = formatIrcMessage({ command: "CAP", params: ["*", "LS", text] });
  assertEquals(line, "CAP * LS :sasl=PLAIN a b=c=d");
});

Deno.test("formatCapabilities() refuses what would be read as something else", () => {
  for (const [name, value] of [["", "a"], ["a b", ""], ["a=b", ""], ["a", "b c"]] as const) {
    const error = assertThrows(() => formatCapabilities(new Map([[name, value]])), ProtocolError);
    assertEquals([error.code, error.side], ["bad-message", "local"]);
    assertEquals(
      error.message,
      `Cannot encode capability: "${name}" with the value "${value}" is none`,
    );
  }
});
