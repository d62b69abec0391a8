// This module is browser compatible.

import { latin1Text } from "../bytes/latin1_text.ts";

// A byte order mark is data: it must come out as it went in.
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Returns UTF-8 as text; other bytes become U+FFFD. */
export function lenientText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** Returns the bytes of a line as text: UTF-8, or ISO 8859-1 where they are none. */
export function lineText(bytes: Uint8Array): string {
  const text = lenientText(bytes);
  // A strict decoder takes twice as long, and is asked only whether the character was sent.
  if (!text.includes("\ufffd")) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return latin1Text(bytes);
  }
}
