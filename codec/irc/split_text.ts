// This module is browser compatible.

/** No character takes more bytes of UTF-8. */
const LONGEST_CHARACTER = 4;
/** So far back it is looked where a character begins that readers see: on Node 20 a look costs the square of that. */
const LOOK_BACK = 256;

/** How {@linkcode splitText} cuts. */
export interface SplitTextOptions {
  /** Bytes of UTF-8 that a piece may have; at least 4, as a character may. */
  maxBytes: number;
}

/**
 * Cuts text into pieces of at most `maxBytes` of UTF-8, which together are the text again. It cuts in front of the last space
 * behind which a piece still fits, as some servers drop the spaces that a line ends with; where there is none, between two
 * characters as readers see them (an emoji of several code points is one); and where one such is too long, between two code
 * points. Only empty text gives an empty piece.
 *
 * @throws {RangeError} `maxBytes` is neither a whole number from 4 nor `Infinity`.
 *
 * @example
 * ```ts
 * import { splitText } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * assertEquals(splitText("good day to all", { maxBytes: 9 }), ["good day", " to all"]);
 * assertEquals(splitText("€€€€", { maxBytes: 7 }), ["€€", "€€"]);
 * ```
 */
export function splitText(text: string, { maxBytes }: SplitTextOptions): string[] {
  if (maxBytes !== Infinity && !(Number.isSafeInteger(maxBytes) && maxBytes >= LONGEST_CHARACTER)) {
    throw new RangeError(
      `Cannot split text: maxBytes ${maxBytes} is neither a whole number from ${LONGEST_CHARACTER} nor Infinity`,
    );
  }
  const pieces: string[] = [];
  let start = 0;
  while (true) {
    const end = endThatFits(text, { start, maxBytes });
    if (end === text.length) break;
    const cut = cutBefore(text, { start, end });
    pieces.push(text.slice(start, cut));
    start = cut;
  }
  pieces.push(text.slice(start));
  return pieces;
}

/** Returns where the longest piece ends that begins at `start`, between two code points. */
function endThatFits(
  text: string,
  { start, maxBytes }: { start: number; maxBytes: number },
): number {
  let bytes = 0;
  let at = start;
  while (at < text.length) {
    const code = text.codePointAt(at)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) break;
    at += code < 0x10000 ? 1 : 2;
  }
  return at;
}

/** Returns where to cut text that does not end at `end`: no later than that, and behind `start`. */
function cutBefore(text: string, { start, end }: { start: number; end: number }): number {
  // Several spaces in a row stay together: a piece ends with none of them.
  for (let at = end; at > start; at--) if (text[at] === " " && text[at - 1] !== " ") return at;
  // The next code point tells whether a character that readers see goes on behind the end.
  const next = text.codePointAt(end)! < 0x10000 ? 1 : 2;
  const from = Math.max(start, end - LOOK_BACK);
  const seen = graphemes().segment(text.slice(from, end + next)).containing(end - from);
  return seen === undefined || seen.index === 0 ? end : from + seen.index;
}

let segmenter: Intl.Segmenter | undefined;

/** It is made when the first text needs it, because that takes a millisecond. */
function graphemes(): Intl.Segmenter {
  return segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
}
