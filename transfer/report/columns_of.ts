import { eastAsianWidth } from "get-east-asian-width";

/** What stands in no column of its own: marks on the character before, and what joins or directs others. */
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
/** Makes an emoji of the character before, which may be wider then. */
const AS_EMOJI = "\ufe0f";
/** One half of a flag. */
const REGIONAL = /^\p{Regional_Indicator}$/u;

/**
 * Returns the columns that a text takes on a terminal, at most. Of what is joined (a family, a flag) some terminals draw
 * one picture and others each part, so each part counts: a line that has room for it has room everywhere.
 */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (character === AS_EMOJI) columns++;
    else if (REGIONAL.test(character)) columns += 2;
    else if (!NO_COLUMN.test(character)) columns += eastAsianWidth(character.codePointAt(0)!);
  }
  return columns;
}
