import { assert, assertEquals } from "@std/assert";
import { compileMask, matchesMask } from "../../codec/irc/mask.ts";
import { isShortMask, MAX_MASK_BYTES, wholeMask } from "../../ircd/masks.ts";

/** What is typed, and the mask that it stands for; undefined where it can be none. */
const MASKS: readonly (readonly [string, string | undefined])[] = [
  ["ann", "ann!*@*"],
  ["*.example", "*!*@*.example"],
  ["2001:db8::1", "*!*@2001:db8::1"],
  ["ann!a", "ann!a@*"],
  ["a@host", "*!a@host"],
  ["ann!a@host", "ann!a@host"],
  ["@host", "*!*@host"],
  ["ann!", "ann!*@*"],
  ["ann!@", "ann!*@*"],
  ["!a", "*!a@*"],
  ["!@host", "*!*@host"],
  ["a@", "*!a@*"],
  ["*!*@", "*!*@*"],
  ["!", "*!*@*"],
  ["@", "*!*@*"],
  ["", undefined],
  [":a", undefined],
  ["a b", undefined],
  ["a,b", undefined],
  ["a\x07", undefined],
  ["x".repeat(MAX_MASK_BYTES - 4), `${"x".repeat(MAX_MASK_BYTES - 4)}!*@*`],
  ["x".repeat(MAX_MASK_BYTES - 3), undefined],
];

for (const [typed, mask] of MASKS) {
  Deno.test(`${JSON.stringify(typed).slice(0, 30)} is the mask ${mask?.slice(0, 30)}`, () => {
    assertEquals(wholeMask(typed), mask);
  });
}

Deno.test("a mask is short when it has no more bytes than it may", () => {
  const most = "é".repeat(MAX_MASK_BYTES / 2);
  assert(isShortMask(most) && isShortMask("") && !isShortMask(`${most}x`));
});

Deno.test("a mask that is read once says of each text what it says of it alone", () => {
  const matches = compileMask("*a?\\*[é\u{1f600}*");
  const texts = [
    ["xab*[é\u{1f600}", true],
    ["XAB*{é\u{1f600}y", true],
    ["xa\u{1f600}*[é\u{1f600}", true],
    ["xabb[é\u{1f600}", false],
    ["xab*[É\u{1f600}", false],
    ["ab*[é", false],
    ["", false],
  ] as const;
  for (let round = 0; round < 2; round++) {
    for (const [text, isMatch] of texts) {
      assertEquals([matches(text), matchesMask("*a?\\*[é\u{1f600}*", text)], [isMatch, isMatch]);
    }
  }
});
