import { requireNames } from "../codec/arguments.ts";
import { requireLimit } from "../codec/limits.ts";

/** What a hub bounds. `Infinity` lifts a limit and has to be typed. */
export interface HubLimits {
  /** Topics with a subscriber or a history. Those that nobody follows go first. */
  maxTopics: number;
  /** Messages that a topic keeps for who comes later or back; 0 keeps none. */
  maxHistoryMessages: number;
  /** Bytes of them, for one topic; each counts 256 more than its own. */
  maxTopicHistoryBytes: number;
  /** Bytes that all topics keep together. What nobody follows goes first. */
  maxHistoryBytes: number;
  /** Bytes that wait for one subscriber; a single larger message may where nothing else waits. */
  maxQueuedBytes: number;
}

const MIB = 1024 * 1024;

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_HUB_LIMITS: Readonly<HubLimits> = Object.freeze({
  maxTopics: 10_000,
  maxHistoryMessages: 100,
  maxTopicHistoryBytes: 16 * MIB,
  maxHistoryBytes: 256 * MIB,
  maxQueuedBytes: MIB,
});

/**
 * Returns a hub's limits, with the defaults for those that are not given.
 *
 * @throws {TypeError} A name is no limit of a hub.
 * @throws {RangeError} A value is no limit.
 */
export function hubLimits(given: Partial<HubLimits> = {}): HubLimits {
  requireNames(given, { what: "limits of a hub", names: Object.keys(DEFAULT_HUB_LIMITS) });
  const limitOf = (name: keyof HubLimits) => {
    const value = given[name] ?? DEFAULT_HUB_LIMITS[name];
    return name === "maxHistoryMessages" && value === 0 ? 0 : requireLimit(name, value);
  };
  return {
    maxTopics: limitOf("maxTopics"),
    maxHistoryMessages: limitOf("maxHistoryMessages"),
    maxTopicHistoryBytes: limitOf("maxTopicHistoryBytes"),
    maxHistoryBytes: limitOf("maxHistoryBytes"),
    maxQueuedBytes: limitOf("maxQueuedBytes"),
  };
}
