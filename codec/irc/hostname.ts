// This module is browser compatible.

/** A name has no more characters (RFC 1035, 2.3.4). */
const MAX_NAME = 253;

const LABELS =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)?$/i;

/**
 * Says whether text can be a host's name in IRC, a server's among them: labels of letters, digits and inner hyphens
 * (RFC 1123, 2.1) with at least one dot, which tells it from a nickname. International names are in their ASCII form.
 *
 * @example
 * ```ts
 * import { isIrcHostname } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(isIrcHostname("irc.example.org") && !isIrcHostname("irc"));
 * ```
 */
export function isIrcHostname(text: string): boolean {
  return text.length <= MAX_NAME && LABELS.test(text);
}
