// This module is browser compatible.

import { isBlank } from "./octets.ts";

/**
 * Returns the part of `text` from `from` up to `to` without the spaces and tabs around it, which belong to no value
 * (RFC 9110, 5.5); other white space stays.
 */
export function withoutBlanks(
  text: string,
  { from = 0, to = text.length }: { from?: number; to?: number } = {},
): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
