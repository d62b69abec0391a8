import type { Clock } from "../clock.ts";

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

/** A written time is used again for so long: it tells seconds. */
const KEPT_MS = 500;

/** Returns a function that gives the time as HTTP writes it. Answers that leave together ask the system once. */
export function httpDateOf(clock: Clock): () => string {
  let written = "";
  let until = -Infinity;
  return () => {
    const now = clock.now();
    if (now >= until) {
      written = formatHttpDate(clock.date().getTime());
      until = now + KEPT_MS;
    }
    return written;
  };
}
