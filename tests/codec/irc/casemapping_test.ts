import { assertEquals } from "@std/assert";
import { type Casemapping, foldCase } from "../../../codec/irc/mod.ts";

const ALL = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join("");
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => [letter, letter.toLowerCase()]);

/** Each character of ASCII that changes, with what it becomes. */
const CHANGED: Readonly<Record<Casemapping, readonly (readonly string[])[]>> = {
  "ascii": LETTERS,
  "rfc1459": [...LETTERS, ["[", "{"], ["\\", "|"], ["]", "}"], ["~", "^"]],
  "rfc1459-strict": [...LETTERS, ["[", "{"], ["\\", "|"], ["]", "}"]],
};

for (const [name, changed] of Object.entries(CHANGED)) {
  // The keys of an object come back as plain text.
  const casemapping = name as Casemapping;
  Deno.test(`foldCase() changes the letters of ${name}, and no other character of ASCII`, () => {
    const becomes = new Map(changed.map(([from = "", to = ""]) => [from, to]));
    const folded = [...ALL].map((character) => becomes.get(character) ?? character);
    assertEquals([...ALL].map((character) => foldCase(character, casemapping)), folded);
    assertEquals(foldCase(ALL, casemapping), folded.join(""));
    assertEquals(foldCase(`é${ALL}`, casemapping), `é${folded.join("")}`);
    assertEquals(foldCase(folded.join(""), casemapping), folded.join(""), "folded twice");
  });
}

Deno.test("foldCase() takes rfc1459 when nothing is said", () => {
  assertEquals(foldCase("Ann[\\]~"), "ann{|}^");
});

Deno.test("foldCase() leaves letters outside of ASCII as they are", () => {
  for (const text of ["À", "É", "İ", "\u212a", "ẞ", "Σ", "\u{1d400}"]) {
    assertEquals(foldCase(`A${text}Z`), `a${text}z`);
  }
});

Deno.test("foldCase() gives the text itself when nothing is to be changed", () => {
  for (const text of ["", "ann", "#news", "é"]) assertEquals(foldCase(text), text);
});
