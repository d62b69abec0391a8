import { type Field, Fields } from "../codec/http/mod.ts";
import { quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Reads a field of HTTP, `Name: value`; text that is not of ASCII is sent in UTF-8. Without a value it stands for none.
 *
 * @throws {UsageError} It cannot be sent. Its value, which may be a secret, is not repeated.
 */
export function parseField(text: string): Field {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(0, colon)).trim();
  if (colon < 0) {
    throw new UsageError(`--header takes 'NAME: VALUE', and there is no colon in ${quoted(text)}`);
  }
  const value = latin1OfUtf8(text.slice(colon + 1).trim());
  try {
    new Fields([[name, value]]);
  } catch (cause) {
    const what = /^[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+$/.test(name)
      ? `the value of ${name} has a character that no field may have`
      : `${quoted(name)} is no name of a field`;
    throw new UsageError(`--header takes 'NAME: VALUE': ${what}`, { cause });
  }
  return [name, value];
}

/** Returns a text's bytes in UTF-8, one character each. */
function latin1OfUtf8(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
