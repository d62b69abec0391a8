/**
 * Returns a time as HTTP writes it (RFC 9110, 5.6.7, IMF-fixdate); `ms` counts from 1970. It refuses what is no time.
 *
 * @throws {RangeError} It is no time that a date can say.
 *
 * @example
 * ```ts
 * import { formatHttpDate } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * assert(formatHttpDate(784111777000) === "Sun, 06 Nov 1994 08:49:37 GMT");
 * ```
 */
export function formatHttpDate(ms: number): string {
  const date = new Date(ms);
  if (!Number.isNaN(date.getTime())) return date.toUTCString();
  throw new RangeError(`Cannot format date: ${ms} is no time`);
}
