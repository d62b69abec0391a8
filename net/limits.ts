import { requireLimit } from "../codec/limits.ts";
import { requireNames } from "../codec/arguments.ts";

/** What a connection bounds. A message's size is bounded by its codec, as in `lines({ maxBytes })`. */
export interface ConnectionLimits {
  /** Bytes that wait to be written to one connection; one message may pass it when nothing else waits. */
  maxQueuedBytes: number;
}

/** What a server bounds, for itself and for each of its connections. */
export interface ServerLimits extends ConnectionLimits {
  /** Connections of one server at one time. */
  maxConnections: number;
  /** Connections of one server from one address (IPv6: one /64) at one time. */
  maxConnectionsPerAddress: number;
  /** Connections of one server in all, counted at accept, handshake or not; then it accepts no more. */
  maxAccepted: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_SERVER_LIMITS: Readonly<ServerLimits> = Object.freeze({
  maxQueuedBytes: 16 * 1024 * 1024,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 2_048,
  maxAccepted: Infinity,
});

/**
 * Returns a connection's limits, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no limit of a connection.
 * @throws {RangeError} A value is no limit.
 */
export function connectionLimits(given: Partial<ConnectionLimits> = {}): ConnectionLimits {
  requireNames(given, { what: "limits of a connection", names: ["maxQueuedBytes"] });
  return { maxQueuedBytes: limitOf("maxQueuedBytes", given) };
}

/** Returns a server's limits, as {@linkcode connectionLimits} does for a connection. */
export function serverLimits(given: Partial<ServerLimits> = {}): ServerLimits {
  requireNames(given, { what: "limits of a server", names: Object.keys(DEFAULT_SERVER_LIMITS) });
  return {
    maxQueuedBytes: limitOf("maxQueuedBytes", given),
    maxConnections: limitOf("maxConnections", given),
    maxConnectionsPerAddress: limitOf("maxConnectionsPerAddress", given),
    maxAccepted: limitOf("maxAccepted", given),
  };
}

function limitOf(name: keyof ServerLimits, given: Partial<ServerLimits>): number {
  return requireLimit(name, given[name] ?? DEFAULT_SERVER_LIMITS[name]);
}
