import type { IrcSupport } from "../../codec/irc/mod.ts";

/** What stands in a list of keys as one (RFC 2812, 2.3.1). */
const KEY = /^[^\0\r\n ,:][^\0\r\n ,]*$/;

/** Says whether text can be the key of a channel's door. */
export function isChannelKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * Returns the key that a channel has once its modes are changed like that (RFC 2812, 3.2.3), the empty text where it has none
 * any more; undefined where the change does not say.
 */
export function changedKey(
  [modes = "", ...params]: readonly string[],
  { channelModes, prefixes }: Pick<IrcSupport, "channelModes" | "prefixes">,
): string | undefined {
  const { list, always, whenSet } = channelModes;
  const withParam = list + always + prefixes.map(({ mode }) => mode).join("");
  let isSet = true;
  let at = 0;
  let key: string | undefined;
  for (const letter of modes) {
    if (letter === "+" || letter === "-") {
      isSet = letter === "+";
      continue;
    }
    const hasParam = withParam.includes(letter) || (isSet && whenSet.includes(letter));
    const param = hasParam ? params[at++] ?? "" : "";
    if (letter !== "k") continue;
    if (!isSet) key = "";
    // Some servers show a star instead of the key.
    else if (param !== "*" && isChannelKey(param)) key = param;
  }
  return key;
}
