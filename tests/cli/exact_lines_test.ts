import { assertEquals, assertThrows } from "@std/assert";
import { type ExactLine, exactLines, textOf } from "../../cli/exact_lines.ts";
import { stdinExactLines } from "../../cli/stdin_lines.ts";
import { LimitError, ProtocolError } from "../../mod.ts";

const BYTES = Uint8Array.of(0x61, 0x09, 10, 0xff, 0x62, 10, 0xef, 0xbb, 0xbf, 0xc3, 0xa9, 10);
const LINES: readonly ExactLine[] = ["a\t", Uint8Array.of(0xff, 0x62), "\ufeffé"];

Deno.test("exactLines gives text, and bytes when they are no UTF-8", () => {
  const decoder = exactLines().decoder();
  decoder.push(BYTES);
  assertEquals([decoder.next(), decoder.next(), decoder.next()], [...LINES]);
});

Deno.test("exactLines writes each line as it came", () => {
  const codec = exactLines();
  assertEquals(LINES.flatMap((line) => [...codec.encode(line)]), [...BYTES]);
});

Deno.test("exactLines refuses a line over maxBytes, one with an ending, and half a character", () => {
  const decoder = exactLines({ maxBytes: 2 }).decoder();
  decoder.push(Uint8Array.of(97, 98, 99, 10));
  assertThrows(() => decoder.next(), LimitError, "maxLineBytes 2");
  assertThrows(() => exactLines().encode("a\nb"), ProtocolError, "two lines");
  assertThrows(() => exactLines().encode("\ud800"), ProtocolError, "surrogate");
});

Deno.test("textOf shows bytes that are no UTF-8 as U+FFFD", () => {
  assertEquals(LINES.map(textOf), ["a\t", "\ufffdb", "\ufeffé"]);
});

Deno.test("stdinExactLines gives the lines of stdin as they came", async () => {
  const stream = stdinExactLines(new Blob([BYTES]).stream(), new AbortController().signal);
  assertEquals(await Array.fromAsync(stream), [...LINES]);
});
