import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { escapeControls } from "../../codec/mod.ts";
import { CHECK } from "./support.ts";

Deno.test("escapeControls() shows what a terminal would obey", () => {
  const cases: [string, string][] = [
    ["\x1b[2Jhi\n", "\\x1b[2Jhi\\n"],
    ["a\tb\r\n", "a\\tb\\r\\n"],
    ["\0\x07\x08\x7f", "\\x00\\x07\\x08\\x7f"],
    ["\x80\x85\x9b31m\x9f", "\\x80\\x85\\x9b31m\\x9f"],
    ["a\u202eb\u2066c\u2069", "a\\u{202e}b\\u{2066}c\\u{2069}"],
    ["\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["\u200b\u200e\u00ad\ufeff", "\\u{200b}\\u{200e}\\xad\\u{feff}"],
    ["\u{e0041}", "\\u{e0041}"],
    ["\ud800", "\\u{d800}"],
    ["\udc00\udc01", "\\u{dc00}\\u{dc01}"],
    ["a\udc00\ud800", "a\\u{dc00}\\u{d800}"],
  ];
  for (const [text, expected] of cases) assertEquals(escapeControls(text), expected);
});

Deno.test("escapeControls() leaves printable text of any script as it is", () => {
  for (
    const text of [
      "",
      "plain ~!",
      "é€ß",
      "κόσμε",
      "日本語",
      "עברית",
      "😀🇫🇷",
      "👩\u200d💻",
      "می\u200cخواهم",
      "a\\b",
      "\u00a0",
    ]
  ) {
    assertEquals(escapeControls(text), text);
  }
});

Deno.test("escapeControls() counts what it leaves out when the text is longer than maxChars", () => {
  assertEquals(escapeControls("abcdef", { maxChars: 6 }), "abcdef");
  assertEquals(escapeControls("abcdef", { maxChars: 5 }), "abcde… (1 characters more)");
  assertEquals(escapeControls("\x1babc", { maxChars: 1 }), "\\x1b… (3 characters more)");
  assertEquals(escapeControls("abc", { maxChars: 0 }), "… (3 characters more)");
});

Deno.test("escapeControls() does not cut a character of two units in half", () => {
  assertEquals(escapeControls("a😀b", { maxChars: 2 }), "a… (3 characters more)");
  assertEquals(escapeControls("a😀b", { maxChars: 3 }), "a😀… (1 characters more)");
});

Deno.test("escapeControls() leaves nothing to obey when the text is arbitrary", () => {
  const codes = fc.array(
    fc.oneof(fc.nat(0xffff), fc.nat(0x9f), fc.integer({ min: 0x2000, max: 0x206f })),
  );
  fc.assert(
    fc.property(codes, (units) => {
      const shown = escapeControls(String.fromCharCode(...units));
      // deno-lint-ignore no-control-regex
      assertFalse(/[\u0000-\u001f\u007f-\u009f]|\p{Cs}|\p{Bidi_Control}/u.test(shown));
      assertEquals(escapeControls(shown), shown);
    }),
    CHECK,
  );
});
