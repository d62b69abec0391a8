// This module is browser compatible.

const PLAIN = /^[\n\x20-\x7e]*$/;

/** What JSON leaves as it is though a terminal would obey it; all of it can only stand in a string. */
const OBEYED = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Returns what `JSON.stringify` made as JSON that a terminal obeys nothing of; its newlines between values stay. */
export function escapeJson(json: string): string {
  return PLAIN.test(json) ? json : json.replace(OBEYED, escaped);
}

function escaped(character: string): string {
  let made = escapes.get(character);
  if (made === undefined) {
    made = character.split("").map(escapedUnit).join("");
    escapes.set(character, made);
  }
  return made;
}

/** There are some hundred such characters, and hostile text is full of them. */
const escapes = new Map<string, string>();

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
