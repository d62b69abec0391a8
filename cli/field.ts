import { latin1Text } from "../codec/bytes/latin1_text.ts";
import { type Field, Fields } from "../codec/http/mod.ts";
import { isToken } from "../codec/http/text_rules.ts";
import { quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Reads a field of HTTP, `Name: value`; text that is not of ASCII is sent in UTF-8.
 *
 * @throws {UsageError} It cannot be sent. Its value, which may be a secret, is not repeated.
 */
export function parseField(text: string, flag: string): Field {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(0, colon)).trim();
  if (colon < 0) {
    throw new UsageError(`${flag} takes 'NAME: VALUE', and there is no colon in ${quoted(text)}`);
  }
  const value = latin1Text(new TextEncoder().encode(text.slice(colon + 1).trim()));
  try {
    new Fields([[name, value]]);
  } catch (cause) {
    const what = isToken(name)
      ? `the value of ${name} has a character that no field may have`
      : `${quoted(name)} is no name of a field`;
    throw new UsageError(`${flag} takes 'NAME: VALUE': ${what}`, { cause });
  }
  return [name, value];
}
