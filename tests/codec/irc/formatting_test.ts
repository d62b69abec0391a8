import { assertEquals } from "@std/assert";
import { stripFormatting } from "../../../codec/irc/mod.ts";

/** The codes of the diagram, and those of colours with all that they may take. */
const CODES = [
  ..."\x02\x1d\x1e\x16\x0f\x1f\x11",
  ...["\x03", "\x034", "\x0304", "\x034,1", "\x0304,01", "\x0399,99"],
  ...["\x04", "\x04ff00AA", "\x04FF00aa,000000"],
];

for (const code of CODES) {
  Deno.test(`stripFormatting() takes ${JSON.stringify(code)} out`, () => {
    assertEquals(stripFormatting(`${code}a${code}`), "a");
    assertEquals(stripFormatting(code), "");
  });
}

Deno.test("stripFormatting() leaves what belongs to no colour", () => {
  for (
    const [text, plain] of [
      ["\x03,1a", ",1a"],
      ["\x03123", "3"],
      ["\x031,234", "4"],
      ["\x031,a", ",a"],
      ["\x04ff00a", "ff00a"],
      ["\x04ff00aa1", "1"],
      ["\x04ff00aa,ff", ",ff"],
    ] as const
  ) assertEquals(stripFormatting(text), plain, JSON.stringify(text));
});

Deno.test("stripFormatting() leaves every other character, controls among them", () => {
  const codes = new Set([2, 3, 4, 15, 17, 22, 29, 30, 31]);
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code);
    assertEquals(stripFormatting(character), codes.has(code) ? "" : character, `${code}`);
  }
});
