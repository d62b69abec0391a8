const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Text is taken apart in pieces of so many code units: on Node 20 the time of `Intl.Segmenter` grows with the square of
 * the text's length.
 */
const PIECE_UNITS = 256;

/** Where every code unit is a character of its own, the segmenter's work is not needed. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Up to here code units are handed to a function as its arguments, which is the fastest way to make text of them. */
const MAX_SHORT_UNITS = 1024;

/** Returns a text with its characters, each whole, in reverse. */
export function reversedCharacters(text: string): string {
  const { length } = text;
  const units = new Array<number>(Math.min(length, MAX_SHORT_UNITS));
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(length - 1 - at);
    const isPlain = unit >= 32 && unit < 127;
    if (!isPlain || length > MAX_SHORT_UNITS) return charactersOf(text).reverse().join("");
    units[at] = unit;
  }
  return String.fromCharCode(...units);
}

/** Returns the characters of a text as people count them: letters with their accents, emoji with all their parts. */
export function charactersOf(text: string): string[] {
  if (PLAIN.test(text)) return text.split("");
  const characters: string[] = [];
  let units = PIECE_UNITS;
  for (let start = 0; start < text.length;) {
    // Not between the two halves of a code point, of which neither says what stands before it.
    const end = start + units - (isHighSurrogate(text.charCodeAt(start + units - 1)) ? 1 : 0);
    const piece = text.slice(start, end);
    const found = Array.from(graphemes.segment(piece), ({ segment }) => segment);
    const isLast = start + piece.length === text.length;
    // The last character of a piece may go on in the next one, which begins with it.
    const open = isLast ? "" : found.pop() ?? "";
    characters.push(...found);
    start += piece.length - open.length;
    units = found.length === 0 ? units * 2 : PIECE_UNITS;
  }
  return characters;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
