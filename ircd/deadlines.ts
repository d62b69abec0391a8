import { requireNames } from "../codec/arguments.ts";
import { requireMs } from "../net/deadlines.ts";

/**
 * How long things may take on an IRC network, in milliseconds. `Infinity` lifts a deadline and has to be typed. The `idleMs`
 * of a server that brings connections has to be longer than `registerMs`, and than `pingMs` and `pongMs` together: else it ends
 * them before they were asked.
 */
export interface IrcDeadlines {
  /** From the connection until a nickname and a user are known. */
  registerMs: number;
  /** Without a message of a user; then it is asked with PING whether it is there. */
  pingMs: number;
  /** For its answer. */
  pongMs: number;
}

/** The deadlines that hold where nobody says otherwise. */
export const DEFAULT_IRC_DEADLINES: Readonly<IrcDeadlines> = Object.freeze({
  registerMs: 30_000,
  pingMs: 90_000,
  pongMs: 30_000,
});

/**
 * Returns a network's deadlines, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no deadline of a network.
 * @throws {RangeError} A value is no deadline.
 */
export function ircDeadlines(given: Partial<IrcDeadlines> = {}): IrcDeadlines {
  const names = Object.keys(DEFAULT_IRC_DEADLINES);
  requireNames(given, { what: "deadlines of an IRC network", names });
  const { registerMs, pingMs, pongMs } = { ...DEFAULT_IRC_DEADLINES, ...given };
  return {
    registerMs: requireMs("registerMs", registerMs),
    pingMs: requireMs("pingMs", pingMs),
    pongMs: requireMs("pongMs", pongMs),
  };
}
