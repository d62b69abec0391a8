// What comes in a head is bytes. Where it is kept as text, that has one character for each byte (ISO 8859-1).

import { hexOf } from "../../codec/bytes/hex.ts";
import { latin1Bytes } from "../../codec/bytes/latin1_text.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Returns bytes as the text that they are in UTF-8, and undefined where they are none. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Returns text of one character a byte as people read it: in UTF-8 where it is that, else in ISO 8859-1 as it is. */
export function readable(text: string): string {
  return ASCII.test(text) ? text : utf8Of(latin1Bytes(text)) ?? text;
}

/** Returns the bytes in hexadecimal where not all of them are printable ASCII, which shows itself. */
export function hexUnlessPlain(text: string): string | undefined {
  return PRINTABLE.test(text) ? undefined : hexOf(latin1Bytes(text));
}

// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const PRINTABLE = /^[\x20-\x7e]*$/;
