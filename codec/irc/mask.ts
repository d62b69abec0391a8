// This module is browser compatible.

import { type Casemapping, foldCase } from "./casemapping.ts";

/** How {@linkcode matchesMask} compares. */
export interface MaskOptions {
  /** Which characters are the same letter. @default {"rfc1459"} */
  casemapping?: Casemapping;
}

/** What stands for any text, and for any one character; others are the number of a character, which stands for itself. */
const ANY = -1;
const ONE = -2;
/** Nothing is wanted any more. */
const END = -3;

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
export function matchesMask(mask: string, text: string, options: MaskOptions = {}): boolean {
  return compileMask(mask, options)(text);
}

/**
 * Reads a mask once, for many texts: what it returns says of each of them what {@linkcode matchesMask} does. It refuses
 * nothing.
 */
export function compileMask(
  mask: string,
  { casemapping = "rfc1459" }: MaskOptions = {},
): (text: string) => boolean {
  const wanted = partsOf(mask, casemapping);
  const leastCharacters = wanted.filter((part) => part !== ANY).length;
  return (text) => {
    // No text has more characters than units of UTF-16.
    if (text.length < leastCharacters) return false;
    return matches(wanted, codesOf(foldCase(text, casemapping)));
  };
}

function matches(wanted: readonly number[], given: readonly number[]): boolean {
  let at = 0;
  let index = 0;
  // Where the last `*` stands, and where what it takes ends: only that one ever has to take more.
  let star = -1;
  let taken = 0;
  while (index < given.length) {
    const part = at < wanted.length ? wanted[at] : END;
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

/** Returns the numbers of a text's characters. */
function codesOf(text: string): number[] {
  const codes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    // There is a character where `at` is.
    const code = text.codePointAt(at)!;
    if (code > 0xffff) at++;
    codes.push(code);
  }
  return codes;
}

/** The escapes are read before the case is folded: to that, a backslash is a letter. */
function partsOf(mask: string, casemapping: Casemapping): number[] {
  const parts: number[] = [];
  let isEscaped = false;
  for (const character of mask) {
    const isWild = character === "*" || character === "?";
    // The backslash that stands there already was none.
    if (isEscaped && isWild) parts[parts.length - 1] = character.charCodeAt(0);
    else if (isWild) parts.push(character === "*" ? ANY : ONE);
    else parts.push(foldCase(character, casemapping).codePointAt(0)!);
    isEscaped = character === "\\";
  }
  return parts;
}
