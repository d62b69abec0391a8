const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Text is taken apart in pieces of so many code units: on Node 20 the time of `Intl.Segmenter` grows with the square of
 * the text's length.
 */
const PIECE_UNITS = 256;

/** Returns the characters of a text as people count them: letters with their accents, emoji with all their parts. */
export function charactersOf(text: string): string[] {
  // Where every code unit is a character of its own, the segmenter's work is not needed.
  if (/^[\x20-\x7e]*$/.test(text)) return text.split("");
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
