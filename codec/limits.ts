// This module is browser compatible.

/** Everything that could grow without end, and how far it may. `Infinity` lifts a limit and has to be typed. */
export interface Limits {
  /** Bytes of one line, without its ending. */
  maxLineBytes: number;
  /** Bytes of one message, without its header and trailer. */
  maxMessageBytes: number;
  /** Bytes that wait to be written to one connection; one message may pass it when nothing else waits. */
  maxQueuedBytes: number;
  /** Connections of one server at one time. */
  maxConnections: number;
  /** Connections of one server from one address (IPv6: one /64) at one time. */
  maxConnectionsPerAddress: number;
  /** Bytes of one file that a peer sends. */
  maxFileBytes: number;
  /** Bytes of all files that a peer sends on one connection. */
  maxSessionBytes: number;
  /** Files and folders that a peer sends on one connection. */
  maxSessionFiles: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  maxLineBytes: 8 * 1024,
  maxMessageBytes: 8 * 1024 * 1024,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 2_048,
  maxFileBytes: 64 * 1024 ** 3,
  maxSessionBytes: 1024 ** 4,
  maxSessionFiles: 1_000_000,
});

/**
 * Returns `value` where it can be a limit, or the default where it is undefined.
 *
 * @throws {RangeError} `value` is neither a whole number from 1 nor `Infinity`.
 *
 * @example
 * ```ts
 * import { limitOf } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * assert(limitOf("maxLineBytes") === 8192);
 * ```
 */
export function limitOf(
  name: keyof Limits,
  value: number = DEFAULT_LIMITS[name],
): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 1)) {
    return value;
  }
  throw new RangeError(
    `Cannot set ${name}: ${value} is neither a whole number from 1 nor Infinity`,
  );
}
