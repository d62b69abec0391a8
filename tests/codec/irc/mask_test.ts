import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { foldCase, matchesMask } from "../../../codec/irc/mod.ts";
import { CHECK } from "../support.ts";

for (
  const [mask, matches, fails] of [
    ["", [""], ["a"]],
    ["*", ["", "a", "*", "ab\u{1f600}", "\n"], []],
    ["**", ["", "a"], []],
    ["?", ["a", "?", "\u{1f600}", "\n"], ["", "ab"]],
    ["*?", ["a", "ab"], [""]],
    ["?*?", ["ab", "abc"], ["", "a"]],
    ["a*b*c", ["abc", "a-b-c", "abbc", "abcbc"], ["ab", "acb", "abcd"]],
    ["*ab", ["ab", "aab", "abab"], ["aba"]],
    ["\\*", ["*"], ["a", "\\*", ""]],
    ["\\?a", ["?a"], ["ba", "\\?a"]],
    ["\\a", ["\\a"], ["a"]],
    ["a\\", ["a\\"], ["a"]],
    ["\\\\*", ["\\*"], ["\\", "\\a", "*"]],
    ["(.+)[a-c]^$|", ["(.+)[a-c]^$|"], ["b"]],
    ["\u{1f600}?*", ["\u{1f600}a", "\u{1f600}\u{1f601}"], ["\u{1f601}a", "\u{1f600}"]],
    ["é*", ["éa"], ["É", "e"]],
  ] as const
) {
  Deno.test(`matchesMask() takes ${JSON.stringify(mask)} for what it describes`, () => {
    for (const text of matches) assert(matchesMask(mask, text, { casemapping: "ascii" }), text);
    for (const text of fails) assert(!matchesMask(mask, text, { casemapping: "ascii" }), text);
  });
}

Deno.test("matchesMask() compares as the casemapping has it, and as rfc1459 when none is given", () => {
  assert(matchesMask("ANN[~]!*", "ann{^}!a@example.org"));
  assert(!matchesMask("ann[", "ann{", { casemapping: "ascii" }));
  assert(matchesMask("ANN", "ann", { casemapping: "ascii" }));
  assert(matchesMask("a[", "A{", { casemapping: "rfc1459-strict" }));
  assert(!matchesMask("a~", "a^", { casemapping: "rfc1459-strict" }));
  assert(matchesMask("a\\b", "A|B"), "a backslash that escapes nothing is a letter");
});

Deno.test("matchesMask() says what a plain matcher says", () => {
  const mask = fc.array(fc.constantFrom("*", "*", "?", "a", "b", "\\*", "\\?", "\\"), {
    maxLength: 8,
  });
  const text = fc.array(fc.constantFrom("a", "b", "*", "?", "\\", "\u{1f600}"), { maxLength: 8 });
  fc.assert(
    fc.property(mask, text, (parts, characters) => {
      const written = parts.join("");
      assertEquals(
        matchesMask(written, characters.join("")),
        plainly([...written.matchAll(/\\[*?]|[^]/g)].map(([part]) => part), characters),
        `${written} and ${characters.join("")}`,
      );
    }),
    { ...CHECK, numRuns: 3000 },
  );
});

/** The definition itself, which takes too long for longer masks. */
function plainly(mask: readonly string[], text: readonly string[]): boolean {
  const [part, ...others] = mask;
  if (part === undefined) return text.length === 0;
  if (part === "*") {
    return text.some((_, at) => plainly(others, text.slice(at))) || plainly(others, []);
  }
  if (text.length === 0) return false;
  const wanted = part.length === 2 ? part[1]! : part;
  return (part === "?" || foldCase(wanted) === foldCase(text[0]!)) &&
    plainly(others, text.slice(1));
}

Deno.test("matchesMask() is done soon when a mask of many stars almost describes the text", () => {
  // One that goes back to every star would never be done.
  assert(!matchesMask("*a".repeat(100) + "*b", "a".repeat(1000)));
  assert(!matchesMask("a*".repeat(100) + "b", "a".repeat(1000)));
  assert(matchesMask("*".repeat(1000) + "b", "a".repeat(1000) + "b"));
});
