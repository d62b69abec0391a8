import { stripFormatting } from "../../codec/irc/mod.ts";
import { escapeControls } from "../../codec/escape_controls.ts";

/** A piece of a line, and how a terminal with colours shows it. */
export interface Span {
  /** The text; harmless, and never in need of a colour. */
  readonly text: string;
  /** How it looks: parameters of SGR (ECMA-48, 8.3.117). @default as any text */
  readonly sgr?: string;
}

/** Returns text from a peer as a terminal may have it: without mIRC's formatting, and with controls shown. */
export function harmless(text: string): string {
  return escapeControls(stripFormatting(text));
}

/** Returns a line of pieces, for a terminal with colours or for anything else. */
export function lineOf(spans: readonly Span[], { colour }: { readonly colour: boolean }): string {
  return spans.map(({ text, sgr }) =>
    colour && sgr !== undefined ? `\x1b[${sgr}m${text}\x1b[m` : text
  ).join("");
}
