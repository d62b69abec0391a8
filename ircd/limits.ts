import { requireNames } from "../codec/arguments.ts";
import { requireLimit } from "../codec/limits.ts";

/** What an IRC network bounds. `Infinity` lifts a limit and has to be typed. How many connect is its server's to bound. */
export interface IrcLimits {
  /** Channels at one time. */
  maxChannels: number;
  /** Channels that one user may be in at one time. */
  maxChannelsPerUser: number;
  /** Bytes of a nickname. */
  maxNickBytes: number;
  /** Bytes of a channel's name. */
  maxChannelBytes: number;
  /** Bytes of a topic; what is longer is cut at a character. */
  maxTopicBytes: number;
  /** Bytes of the text that says why somebody is away; what is longer is cut. */
  maxAwayBytes: number;
  /** Bytes of the reason of a kick, of a part and of a quit; what is longer is cut. */
  maxReasonBytes: number;
  /** Masks in all lists of one channel together: bans, exceptions from bans, and from invitations. */
  maxMasks: number;
  /** Targets of one message, kick or question. More are refused. */
  maxTargets: number;
  /**
   * Targets that one user may name in a second beyond the first of each command, in lists of channels and targets, and in
   * questions that look at everybody. It is slowed down, and nothing is lost.
   */
  maxTargetsPerSecond: number;
  /**
   * Bytes that may wait for one user, from 8 KiB; who does not read what others say is dropped with `SendQ exceeded`.
   */
  maxQueuedBytes: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_IRC_LIMITS: Readonly<IrcLimits> = Object.freeze({
  maxChannels: 10_000,
  maxChannelsPerUser: 50,
  maxNickBytes: 30,
  maxChannelBytes: 64,
  maxTopicBytes: 300,
  maxAwayBytes: 200,
  maxReasonBytes: 200,
  maxMasks: 100,
  maxTargets: 4,
  maxTargetsPerSecond: 50,
  maxQueuedBytes: 1024 * 1024,
});

/** With less, who reads at once would be dropped for the answers to a few questions. */
export const MIN_QUEUED_BYTES = 8 * 1024;

/** What the lines hold beside the text, with the longest names of a server (63), a user (11) and a host (45). */
const MOST_BYTES: Partial<Record<keyof IrcLimits, (limits: IrcLimits) => number>> = {
  maxNickBytes: () => 64,
  maxChannelBytes: () => 100,
  // `:server 322 nick #channel members :topic`
  maxTopicBytes: ({ maxNickBytes, maxChannelBytes }) => 428 - maxNickBytes - maxChannelBytes,
  // `:server 301 nick nick :reason`
  maxAwayBytes: ({ maxNickBytes }) => 438 - 2 * maxNickBytes,
  // `:nick!user@host KICK #channel nick :reason`
  maxReasonBytes: ({ maxNickBytes, maxChannelBytes }) => 442 - 2 * maxNickBytes - maxChannelBytes,
};

/**
 * Returns a network's limits, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no limit of a network.
 * @throws {RangeError} A value is no limit, what it bounds would not fit in a line of 512 bytes with what stands beside it, or
 * `maxQueuedBytes` is under 8 KiB.
 */
export function ircLimits(given: Partial<IrcLimits> = {}): IrcLimits {
  requireNames(given, { what: "limits of an IRC network", names: Object.keys(DEFAULT_IRC_LIMITS) });
  const limits: IrcLimits = { ...DEFAULT_IRC_LIMITS, ...given };
  // The names are those of the type.
  for (const name of Object.keys(DEFAULT_IRC_LIMITS) as (keyof IrcLimits)[]) {
    const most = MOST_BYTES[name]?.(limits) ?? Infinity;
    if (requireLimit(name, limits[name]) > most) {
      throw new RangeError(
        `Cannot set ${name} to ${limits[name]}: a line has room for ${most} bytes of it`,
      );
    }
  }
  if (limits.maxQueuedBytes < MIN_QUEUED_BYTES) {
    throw new RangeError(
      `Cannot set maxQueuedBytes to ${limits.maxQueuedBytes}: it is at least ${MIN_QUEUED_BYTES}`,
    );
  }
  return limits;
}
