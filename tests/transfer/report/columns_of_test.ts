import { assertEquals } from "@std/assert";
import { columnsOf } from "../../../transfer/report/columns_of.ts";

for (
  const [what, text, columns] of [
    ["nothing", "", 0],
    ["letters", "abc", 3],
    ["an accent of its own", "e\u0301", 1],
    ["Han", "漢字", 4],
    ["a wide letter", "ｆ", 2],
    ["Hangul", "한", 2],
    ["Hangul in parts", "\u1112\u1161\u11ab", 2],
    ["an emoji", "😀", 2],
    ["a sign shown as an emoji", "❤️", 2],
    ["a family that some do not join", "👨‍👩‍👧", 6],
    ["a skin tone that some do not join", "👍🏽", 4],
    ["a flag that some do not join", "🇨🇭", 4],
    ["the bar's own", "█░…", 3],
  ] as const
) {
  Deno.test(`columnsOf says ${columns} when there is ${what}`, () => {
    assertEquals(columnsOf(text), columns);
  });
}
