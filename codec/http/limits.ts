// This module is browser compatible.

import { requireNames } from "../arguments.ts";
import { requireLimit } from "../limits.ts";

/** What a side that speaks HTTP bounds of what the other one sends. `Infinity` lifts a limit and has to be typed. */
export interface HttpLimits {
  /** Bytes of the request line or the status line; 414 where a request's is longer (RFC 9112, 3). */
  maxStartLineBytes: number;
  /** Bytes of a head, its start line and its empty line included, or of the trailers; 431 beyond. */
  maxHeadBytes: number;
  /** Field lines of a head, or of the trailers; 431 beyond. */
  maxFields: number;
  /** Bytes of the chunk extensions of one body, all together (RFC 9112, 7.1.1). */
  maxChunkExtensionBytes: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_HTTP_LIMITS: Readonly<HttpLimits> = Object.freeze({
  maxStartLineBytes: 8 * 1024,
  maxHeadBytes: 64 * 1024,
  maxFields: 100,
  maxChunkExtensionBytes: 16 * 1024,
});

/** The names of the limits. */
export const HTTP_LIMIT_NAMES: readonly string[] = Object.keys(DEFAULT_HTTP_LIMITS);

/**
 * Returns the limits of HTTP, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no limit of HTTP.
 * @throws {RangeError} A value is no limit.
 */
export function httpLimits(given: Partial<HttpLimits> = {}): HttpLimits {
  requireNames(given, { what: "limits of HTTP", names: HTTP_LIMIT_NAMES });
  const limitOf = (name: keyof HttpLimits) =>
    requireLimit(name, given[name] ?? DEFAULT_HTTP_LIMITS[name]);
  return {
    maxStartLineBytes: limitOf("maxStartLineBytes"),
    maxHeadBytes: limitOf("maxHeadBytes"),
    maxFields: limitOf("maxFields"),
    maxChunkExtensionBytes: limitOf("maxChunkExtensionBytes"),
  };
}
