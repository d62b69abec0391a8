import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { splitText } from "../../../codec/irc/mod.ts";
import { CHECK, utf8Bytes } from "../support.ts";

const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
const FLAG = "\u{1f1eb}\u{1f1ee}";
const ACCENTED = "e\u0301";

for (
  const [name, text, maxBytes, pieces] of [
    ["one empty piece of no text", "", 4, [""]],
    ["one piece of text that fits", "good day", 8, ["good day"]],
    ["in front of the last space that fits", "good day to all", 9, ["good day", " to all"]],
    ["in front of a space at the very end", "good day", 5, ["good", " day"]],
    ["inside a word that is longer", "goodness me", 5, ["goodn", "ess", " me"]],
    ["inside a word behind the space that it begins with", "good evening", 5, [
      "good",
      " even",
      "ing",
    ]],
    ["in front of a space behind a word that just fits", "good day", 4, ["good", " day"]],
    ["in front of several spaces", "a  b   c  d", 5, ["a  b", "   c", "  d"]],
    ["no space away", "a  b   c    d", 4, ["a  b", "   c", "    ", "d"]],
    ["spaces alone", "       ", 4, ["    ", "   "]],
    ["between characters of 3 bytes", "€€€€", 7, ["€€", "€€"]],
    ["between characters of 4 bytes", "\u{1f600}\u{1f601}", 7, ["\u{1f600}", "\u{1f601}"]],
    ["in front of an accent's letter", `abc${ACCENTED}`, 4, ["abc", ACCENTED]],
    ["between flags", FLAG + FLAG, 12, [FLAG, FLAG]],
    ["between emoji of several code points", FAMILY + FAMILY, 24, [FAMILY, FAMILY]],
    ["in front of an emoji that does not fit", `abc${FAMILY}`, 20, ["abc", FAMILY]],
    [
      "between code points where an emoji is too long",
      FAMILY,
      8,
      ["\u{1f468}\u200d", "\u{1f469}\u200d", "\u{1f467}"],
    ],
  ] as const
) {
  Deno.test(`splitText() cuts ${name}`, () => {
    assertEquals(splitText(text, { maxBytes }), [...pieces]);
  });
}

Deno.test("splitText() gives pieces that are the text again, fit and begin no character in the middle", () => {
  const parts = fc.constantFrom(
    "a",
    "word",
    " ",
    "  ",
    "é",
    "€",
    "\u{1f600}",
    ACCENTED,
    FAMILY,
    FLAG,
  );
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 40 }),
      fc.integer({ min: 4, max: 60 }),
      (all, maxBytes) => {
        const text = all.join("");
        const pieces = splitText(text, { maxBytes });
        assertEquals(pieces.join(""), text);
        const whole = new Set([0, text.length]);
        for (const { index } of new Intl.Segmenter("en").segment(text)) whole.add(index);
        let at = 0;
        for (const piece of pieces) {
          assert(utf8Bytes(piece).length <= maxBytes && piece.isWellFormed(), piece);
          assert(piece !== "" || text === "");
          // Only spaces alone leave no other choice.
          if (at + piece.length < text.length) assert(!piece.endsWith(" ") || piece.trim() === "");
          // The longest of these characters has 18 bytes.
          if (maxBytes >= 18) assert(whole.has(at), `${text} at ${at}`);
          at += piece.length;
        }
      },
    ),
    { ...CHECK, numRuns: 1000 },
  );
});

Deno.test("splitText() cuts text with surrogates that stand alone, and loses none", () => {
  const text = "\ud800a\udc00\udc00b\ud800";
  const pieces = splitText(text, { maxBytes: 4 });
  assertEquals(pieces.join(""), text);
  // UTF-8 says each as three bytes.
  assert(pieces.every((piece) => utf8Bytes(piece).length <= 4));
});

Deno.test("splitText() cuts between code points when one character goes on and on", () => {
  const text = `a${"\u0301".repeat(2000)}`;
  const pieces = splitText(text, { maxBytes: 400 });
  assertEquals(pieces.join(""), text);
  assertEquals(pieces.length, 11);
});

Deno.test("splitText() gives one piece when maxBytes is Infinity", () => {
  const text = "good day ".repeat(1000);
  assertEquals(splitText(text, { maxBytes: Infinity }), [text]);
});

Deno.test("splitText() throws when maxBytes may not hold a character", () => {
  for (const maxBytes of [3, 0, -1, 4.5, NaN, -Infinity]) {
    assertEquals(
      assertThrows(() => splitText("a", { maxBytes }), RangeError).message,
      `Cannot split text: maxBytes ${maxBytes} is neither a whole number from 4 nor Infinity`,
    );
  }
});
