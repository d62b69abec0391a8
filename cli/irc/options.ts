import type { Option } from "../options.ts";
import { quoted } from "../units.ts";
import { UsageError } from "../usage_error.ts";
import type { Join } from "./commands.ts";

/** What ends a line or a parameter (RFC 2812, 2.3.1), and the comma, which parts the names in a list. */
// deno-lint-ignore no-control-regex
const NOT_OF_NAMES = /[\0\r\n ,\x07]/;
const NOT_OF_LINES = /[\0\r\n]/;
/** What the name of a channel begins with (RFC 2811, 2.1). */
const CHANNEL = /^[#&+!]/;

/** An option that is a nick, or another name that stands in a message as one word; undefined where it is not given. */
export function name(description: string, placeholder: string): Option<string | undefined> {
  return {
    placeholder,
    description,
    fallback: undefined,
    fallbackText: undefined,
    parse: parseName,
  };
}

/** An option that is a name, and may be given again and again. */
export function names(description: string, placeholder: string): Option<readonly string[]> {
  return {
    placeholder,
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse: (typed, flag) => [parseName(typed, flag)],
  };
}

/** An option that is a name, with one that holds where none is given. */
export function nameOr(description: string, fallback: string): Option<string> {
  return {
    placeholder: "NAME",
    description,
    fallback,
    fallbackText: fallback,
    parse: parseName,
  };
}

/** An option that is text for a line of the protocol; undefined where it is not given. */
export function lineText(description: string): Option<string | undefined> {
  return {
    placeholder: "TEXT",
    description,
    fallback: undefined,
    fallbackText: undefined,
    parse(typed, flag) {
      if (!NOT_OF_LINES.test(typed)) return typed;
      throw new UsageError(`${flag} takes one line of text, not ${quoted(typed)}`);
    },
  };
}

/** An option that is a channel to join, as `#news` or `#news,key`, and may be given again and again. */
export function channels(description: string): Option<readonly Join[]> {
  return {
    placeholder: "CHANNEL[,KEY]",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(typed, flag) {
      const comma = typed.indexOf(",");
      const channel = comma < 0 ? typed : typed.slice(0, comma);
      if (NOT_OF_NAMES.test(channel) || !CHANNEL.test(channel)) {
        throw new UsageError(`${flag} takes a channel, as '#news', not ${quoted(channel)}`);
      }
      if (comma < 0) return [{ channel }];
      const key = typed.slice(comma + 1);
      if (key !== "" && !key.startsWith(":") && !NOT_OF_NAMES.test(key)) return [{ channel, key }];
      // A key is a secret, and is not repeated.
      throw new UsageError(`${flag} takes the key of ${channel} behind one comma, without blanks`);
    },
  };
}

function parseName(typed: string, flag: string): string {
  if (!NOT_OF_NAMES.test(typed) && !typed.startsWith(":")) return typed;
  throw new UsageError(`${flag} takes a name without blanks and commas, not ${quoted(typed)}`);
}
