// This module is browser compatible.

/**
 * Which characters a server takes for the same letter in nicknames and channel names.
 *
 * `ascii`: a-z and A-Z. `rfc1459`: also `{}|^` and `[]\~`, which are one key each on Finnish keyboards (RFC 2812, 2.2).
 * `rfc1459-strict`: those without `^` and `~`.
 */
export type Casemapping = "ascii" | "rfc1459" | "rfc1459-strict";

const LOWER: Readonly<Record<string, string>> = { "[": "{", "]": "}", "\\": "|", "~": "^" };

/**
 * Returns a nickname or channel name as it is compared: in lower case. Letters outside of ASCII stay as they are. It refuses
 * nothing.
 *
 * @example
 * ```ts
 * import { foldCase } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(foldCase("Ann[away]") === "ann{away}");
 * assert(foldCase("Ann[away]", "ascii") === "ann[away]");
 * ```
 */
export function foldCase(text: string, casemapping: Casemapping = "rfc1459"): string {
  let hasLetters = false;
  let hasOthers = false;
  let isPlain = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 126) isPlain = false;
    else if (code >= 65 && code <= 90) hasLetters = true;
    else if ((code >= 91 && code <= 93) || code === 126) hasOthers = true;
  }
  let folded = text;
  if (hasLetters) {
    // The built-in function knows more letters than IRC does.
    folded = isPlain
      ? folded.toLowerCase()
      : folded.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  if (!hasOthers || casemapping === "ascii") return folded;
  const others = casemapping === "rfc1459" ? /[[\]\\~]/g : /[[\]\\]/g;
  return folded.replace(others, (character) => LOWER[character]!);
}
