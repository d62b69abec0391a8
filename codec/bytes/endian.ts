// This module is browser compatible.

/** Byte order: `big` puts the most significant byte first (network order), `little` last. */
export type Endian = "big" | "little";

/** Refuses what is no byte order. @throws {TypeError} It is neither `big` nor `little`. */
export function requireEndian(endian: Endian): Endian {
  if (endian === "big" || endian === "little") return endian;
  throw new TypeError(`Cannot set endian to ${JSON.stringify(endian)}: it is "big" or "little"`);
}

/**
 * Returns the largest unsigned number of `width` bytes that a JavaScript number holds exactly.
 *
 * @throws {RangeError} `width` is not a whole number from 1 to 8.
 */
export function maxUint(width: number): number {
  if (!Number.isInteger(width) || width < 1 || width > 8) {
    throw new RangeError(
      `Cannot use a number of ${width} bytes: the width is a whole number from 1 to 8`,
    );
  }
  return Math.min(2 ** (8 * width) - 1, Number.MAX_SAFE_INTEGER);
}
