// This module is browser compatible.

import { withoutBlanks } from "./blanks.ts";

/**
 * Returns the members of a comma-separated value (RFC 9110, 5.6.1) without the blanks around them and without empty ones.
 * A comma inside a quoted string parts nothing.
 *
 * @example
 * ```ts
 * import { listItems } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * assert(listItems('gzip, "a,b",, br').join("|") === 'gzip|"a,b"|br');
 * ```
 */
export function listItems(value: string): string[] {
  const items: string[] = [];
  for (const piece of splitOutsideQuotes(value, ",")) {
    const item = withoutBlanks(piece);
    if (item !== "") items.push(item);
  }
  return items;
}

/** Splits text at a character, but not inside of a quoted string (RFC 9110, 5.6.4). */
export function splitOutsideQuotes(text: string, between: "," | ";"): string[] {
  const pieces: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === "\\") at++;
    else if (!isQuoted && character === between) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}
