// This module is browser compatible.

/**
 * What a terminal would obey or what would hide or reorder text: C0 and C1 controls, DEL, line and paragraph
 * separators, bidirectional controls, invisible characters, tags and the byte order mark. The two joiners stay: emoji
 * and many scripts are written with them.
 */
const OBEYED =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/** Up to here a loop over the characters is faster than a regular expression. */
const SHORT_TEXT = 24;

const PRINTABLE = /^[\x20-\x7e]*$/;

const NAMED: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

/** How {@linkcode escapeControls} shows. */
export interface EscapeControlsOptions {
  /** Characters to show at most; what is left out is counted. @default {Infinity} */
  maxChars?: number;
}

/**
 * Returns text from a peer with its control and escape characters shown instead of obeyed, so that it can go to a
 * terminal. Printable text in any script stays as it is.
 *
 * @example
 * ```ts
 * import { escapeControls } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * assert(escapeControls("\x1b[2Jhi\n") === "\\x1b[2Jhi\\n");
 * ```
 */
export function escapeControls(text: string, options: EscapeControlsOptions = {}): string {
  const { maxChars = Infinity } = options;
  // A character of two units is not cut in half.
  const shown = text.length > maxChars
    ? text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "")
    : text;
  const safe = isPrintable(shown) ? shown : shown.replace(OBEYED, escaped);
  const left = text.length - shown.length;
  return left > 0 ? `${safe}… (${left} characters more)` : safe;
}

/** Says whether text is printable ASCII, as most is: to look for that alone costs a fraction. */
function isPrintable(text: string): boolean {
  if (text.length > SHORT_TEXT) return PRINTABLE.test(text);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 32 || unit > 126) return false;
  }
  return true;
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 256 ? SHORT_ESCAPES[code]! : `\\u{${code.toString(16)}}`;
}

/** To look these up costs a fraction of making them, and hostile text is full of them. */
const SHORT_ESCAPES: readonly string[] = Array.from(
  { length: 256 },
  (_, code) => NAMED[String.fromCharCode(code)] ?? `\\x${code.toString(16).padStart(2, "0")}`,
);
