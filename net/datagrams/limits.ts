import { requireNames, shown } from "../../codec/arguments.ts";
import { requireLimit } from "../../codec/limits.ts";

/** The most that UDP over IPv4 can carry: 65,535 bytes less the heads of IP and UDP (RFC 768, RFC 791). */
export const MAX_UDP_BYTES = 65_507;

/** What a server of datagrams bounds. */
export interface DatagramLimits {
  /** Bytes of one datagram, either way. @default {65507} */
  maxDatagramBytes: number;
  /** Sessions at one time; one more ends another. @default {10000} */
  maxSessions: number;
  /** New sessions in a second; the datagrams of further new peers are dropped. @default {1000} */
  maxNewSessionsPerSecond: number;
  /** Datagrams from one peer in a second, of all its sessions; further ones are dropped. @default {50000} */
  maxPeerDatagramsPerSecond: number;
  /** Datagrams from all peers in a second; further ones are dropped. @default {Infinity} */
  maxDatagramsPerSecond: number;
  /** Messages that wait for one session's handler; further ones are dropped. @default {1024} */
  maxQueuedMessages: number;
  /**
   * Bytes that wait for all handlers, an eighth of it for one session's; as many of the first messages of sessions; and as
   * many on their way out.
   *
   * @default {16777216}
   */
  maxQueuedBytes: number;
  /** Calls of `ask` that wait for a reply. @default {10000} */
  maxPendingAsks: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_DATAGRAM_LIMITS: Readonly<DatagramLimits> = Object.freeze({
  maxDatagramBytes: MAX_UDP_BYTES,
  maxSessions: 10_000,
  maxNewSessionsPerSecond: 1_000,
  maxPeerDatagramsPerSecond: 50_000,
  maxDatagramsPerSecond: Infinity,
  maxQueuedMessages: 1_024,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxPendingAsks: 10_000,
});

/**
 * Returns limits, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no limit of datagrams.
 * @throws {RangeError} A value is no limit; `maxDatagramBytes` is at most what UDP carries.
 */
export function datagramLimits(given: Partial<DatagramLimits> = {}): DatagramLimits {
  const names = Object.keys(DEFAULT_DATAGRAM_LIMITS);
  requireNames(given, { what: "limits of datagrams", names });
  const limits = { ...DEFAULT_DATAGRAM_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    // One of the names, as was looked at above.
    limits[name as keyof DatagramLimits] = requireLimit(name, value);
  }
  if (limits.maxDatagramBytes > MAX_UDP_BYTES) {
    throw new RangeError(
      `Cannot set maxDatagramBytes to ${
        shown(limits.maxDatagramBytes)
      }: UDP carries at most ${MAX_UDP_BYTES}`,
    );
  }
  return limits;
}
