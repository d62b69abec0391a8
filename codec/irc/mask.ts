// This module is browser compatible.

import { type Casemapping, foldCase } from "./casemapping.ts";

/** How {@linkcode matchesMask} compares. */
export interface MaskOptions {
  /** Which characters are the same letter. @default {"rfc1459"} */
  casemapping?: Casemapping;
}

/** What stands for any text, and for any one character; others stand for themselves. */
const ANY = Symbol("*");
const ONE = Symbol("?");

/**
 * Says whether a mask describes text, such as `*!*@example.org` a user (RFC 2812, 2.5): `*` is any text, `?` any one
 * character, and a backslash in front of one of them makes it stand for itself. It refuses nothing.
 *
 * Its time grows with the product of the two lengths at most, whatever the mask.
 *
 * @example
 * ```ts
 * import { matchesMask } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(matchesMask("*!*@*.example.org", "Ann!a@home.example.org"));
 * assert(!matchesMask("ann!?@*", "ann!ab@example.org"));
 * ```
 */
export function matchesMask(
  mask: string,
  text: string,
  { casemapping = "rfc1459" }: MaskOptions = {},
): boolean {
  const wanted = partsOf(mask, casemapping);
  const given = [...foldCase(text, casemapping)];
  let at = 0;
  let index = 0;
  // Where the last `*` stands, and where what it takes ends: only that one ever has to take more.
  let star = -1;
  let taken = 0;
  while (index < given.length) {
    const part = wanted[at];
    if (part === ANY) {
      star = at++;
      taken = index;
    } else if (part === ONE || part === given[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++taken;
    } else return false;
  }
  while (wanted[at] === ANY) at++;
  return at === wanted.length;
}

/** The escapes are read before the case is folded: to that, a backslash is a letter. */
function partsOf(mask: string, casemapping: Casemapping): (string | symbol)[] {
  const parts: (string | symbol)[] = [];
  for (const [part] of mask.matchAll(/\\[*?]|[^]/gu)) {
    if (part.length === 2 && part.startsWith("\\")) parts.push(part[1]!);
    else if (part === "*") parts.push(ANY);
    else parts.push(part === "?" ? ONE : foldCase(part, casemapping));
  }
  return parts;
}
