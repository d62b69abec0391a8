// This module is browser compatible.

/** Colours have one or two digits each, or six of hex; the others have nothing behind them. */
const FORMATTING =
  // deno-lint-ignore no-control-regex
  /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[\dA-Fa-f]{6}(?:,[\dA-Fa-f]{6})?)?|[\x02\x0f\x11\x16\x1d-\x1f]/g;

/**
 * Returns text without the bytes that make it bold, italic, underlined, struck through, monospaced, reversed or coloured
 * (modern.ircdocs.horse, formatting). Other controls stay: for a terminal, `escapeControls` makes them harmless.
 *
 * ```text
 *   02 bold    1d italic      1e struck through    16 reversed    03 N[,N]            a colour
 *   0f plain   1f underlined  11 monospaced                       04 RRGGBB[,RRGGBB]  a colour
 * ```
 *
 * @example
 * ```ts
 * import { stripFormatting } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(stripFormatting("\x02hot\x0f \x034,1news\x03") === "hot news");
 * ```
 */
export function stripFormatting(text: string): string {
  return text.replace(FORMATTING, "");
}
