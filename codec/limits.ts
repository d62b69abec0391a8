// This module is browser compatible.

/** What the framings bound, and how far. `Infinity` lifts a limit and has to be typed. */
export interface CodecLimits {
  /** Bytes of one line, without its ending. */
  maxLineBytes: number;
  /** Bytes of one message, without its header and trailer. */
  maxMessageBytes: number;
}

/** The limits of a framing whose `maxBytes` is not given. */
export const DEFAULT_CODEC_LIMITS: Readonly<CodecLimits> = Object.freeze({
  maxLineBytes: 8 * 1024,
  maxMessageBytes: 8 * 1024 * 1024,
});

/**
 * Returns `value` where it can be a limit.
 *
 * @throws {RangeError} `value` is neither a whole number from 1 nor `Infinity`; the message names the limit.
 *
 * @example
 * ```ts
 * import { requireLimit } from "@parley/sockets/codec";
 * import { assertThrows } from "@std/assert";
 * const readings = (maxReadings = 100) => requireLimit("maxReadings", maxReadings);
 * assertThrows(() => readings(0), RangeError, "Cannot set maxReadings: 0");
 * ```
 */
export function requireLimit(name: string, value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 1)) return value;
  throw new RangeError(
    `Cannot set ${name}: ${value} is neither a whole number from 1 nor Infinity`,
  );
}
