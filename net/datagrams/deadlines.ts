import { requireNames } from "../../codec/arguments.ts";
import { DEFAULT_DEADLINES, requireMs, requireWaitMs } from "../deadlines.ts";

/** How long things may take on a server of datagrams. */
export interface DatagramDeadlines {
  /** How long a peer may be silent before its session ends, in milliseconds. @default {60000} */
  idleMs: number;
  /** How long handlers may go on when the server stops, in milliseconds. @default {5000} */
  graceMs: number;
}

/** The deadlines that hold where nobody says otherwise. */
export const DEFAULT_DATAGRAM_DEADLINES: Readonly<DatagramDeadlines> = Object.freeze({
  idleMs: 60_000,
  graceMs: DEFAULT_DEADLINES.graceMs,
});

/**
 * Returns deadlines, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no deadline of datagrams.
 * @throws {RangeError} A value is none.
 */
export function datagramDeadlines(given: Partial<DatagramDeadlines> = {}): DatagramDeadlines {
  const names = Object.keys(DEFAULT_DATAGRAM_DEADLINES);
  requireNames(given, { what: "deadlines of datagrams", names });
  const { idleMs = DEFAULT_DATAGRAM_DEADLINES.idleMs } = given;
  const { graceMs = DEFAULT_DATAGRAM_DEADLINES.graceMs } = given;
  return { idleMs: requireMs("idleMs", idleMs), graceMs: requireWaitMs("graceMs", graceMs) };
}
