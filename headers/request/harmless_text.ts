import { escapeControls, type EscapeControlsOptions } from "../../codec/escape_controls.ts";
import { readable } from "./byte_text.ts";

/** Returns text of one character a byte as people read it, with nothing in it that a terminal obeys. */
export function harmless(byteText: string, options: EscapeControlsOptions = {}): string {
  return escapeControls(readable(byteText), options);
}

/** Returns text over several lines with nothing in it that a terminal obeys; its lines and tabs stay. */
export function harmlessLines(text: string): string {
  // What is plain is passed over in runs: to look at each line or character would cost many times that.
  return text.split("\r\n").join("\n").replace(NOT_PLAIN, (run) => escapeControls(run));
}

/** How {@linkcode shownUpTo} shows. */
export interface ShownUpToOptions {
  /** Characters of what is shown at most. */
  readonly maxChars: number;
  /** Returns a piece of the text as it is shown. */
  readonly show: (piece: string) => string;
}

/**
 * Returns text over several lines as it is shown, as far as that is no longer than it may be, and how many characters are left
 * out: of these nothing is made.
 */
export function shownUpTo(
  text: string,
  { maxChars, show }: ShownUpToOptions,
): { readonly shown: string; readonly left: number } {
  const pieces: string[] = [];
  let [at, length] = [0, 0];
  while (at < text.length) {
    const end = endOfPiece(text, at);
    const piece = show(text.slice(at, end));
    length += piece.length;
    if (length > maxChars) break;
    pieces.push(piece);
    at = end;
  }
  return { shown: pieces.join(""), left: Math.max(0, text.length - at) };
}

/** Returns where a piece ends: not inside of a character or of the ending of a line. */
function endOfPiece(text: string, at: number): number {
  let end = at + PIECE_CHARS;
  while (/[\r\ud800-\udbff]/.test(text[end - 1] ?? "")) end++;
  return end;
}

const PIECE_CHARS = 4096;
const NOT_PLAIN = /[^\t\n\x20-\x7e]+/g;
