import { assertEquals } from "@std/assert";
import { isMostlyText } from "../../../headers/request/hidden_characters.ts";

for (const [count, isText] of [[255, true], [256, true], [257, false]] as const) {
  Deno.test(`isMostlyText() is ${isText} when ${count} characters of a short text are hidden`, () => {
    for (
      const hidden of ["\x01", "\0", "\x1b", "\x7f", "\x9f", "\xad", "\r", "\u{e0001}", "\u2028"]
    ) {
      assertEquals(isMostlyText(hidden.repeat(count)), isText, JSON.stringify(hidden));
    }
  });
}

for (const [count, isText] of [[999, true], [1000, true], [1001, false]] as const) {
  Deno.test(`isMostlyText() is ${isText} when ${count} of 8,000 characters are hidden`, () => {
    assertEquals(isMostlyText("\x01".repeat(count) + "x".repeat(8000 - count)), isText);
  });
}

Deno.test("isMostlyText() is true of lines, tabs and every script", () => {
  for (const text of ["a\r\n\tb\n", "Ünïcödé", "日本語", "👩‍👩‍👧", "Привет", "שלום"]) {
    assertEquals(isMostlyText(text.repeat(2000)), true, text);
  }
});
