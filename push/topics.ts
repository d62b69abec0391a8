import { LimitError } from "../codec/errors.ts";
import type { Clock } from "../net/clock.ts";
import type { HubLimits } from "./limits.ts";
import type { PushMessage } from "./push_message.ts";
import { Topic } from "./topic.ts";

/** The topics of a hub, bounded in their number and in what they keep. Those that nobody follows go first, the oldest of them. */
export class Topics {
  readonly #limits: HubLimits;
  readonly #aliveMs: number;
  readonly #clock: Clock;
  /** Those that somebody follows. */
  readonly #followed = new Map<string, Topic>();
  /** Those of them that keep something, by when something was published. */
  readonly #kept = new Map<string, Topic>();
  /** Those that nobody follows, by when something was published or the last one left. */
  readonly #left = new Map<string, Topic>();
  #historyBytes = 0;
  /** Messages up to this number may have been in a topic that is gone. */
  #lostUpTo = 0;

  constructor(
    { limits, aliveMs, clock }: { limits: HubLimits; aliveMs: number; clock: Clock },
  ) {
    this.#aliveMs = aliveMs;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many there are. */
  get size(): number {
    return this.#followed.size + this.#left.size;
  }
  /** Bytes that they keep. */
  get historyBytes(): number {
    return this.#historyBytes;
  }

  /** Returns a topic that is there. */
  get(name: string): Topic | undefined {
    return this.#followed.get(name) ?? this.#left.get(name);
  }

  /** Says whether {@linkcode follow} has a topic. */
  canFollow(name: string): boolean {
    return this.#followed.size < this.#limits.maxTopics || this.#followed.has(name);
  }

  /** Returns a topic for somebody who follows it. @throws {LimitError} `maxTopics` of them are followed already. */
  follow(name: string): Topic {
    const topic = this.get(name) ?? this.#make(name);
    if (topic === undefined) {
      throw new LimitError(`Cannot follow another topic`, {
        limit: "maxTopics",
        max: this.#limits.maxTopics,
        got: this.size + 1,
        unit: "topics",
        side: "local",
      });
    }
    this.#left.delete(name);
    this.#followed.set(name, topic);
    if (topic.history.length > 0 && !this.#kept.has(name)) this.#kept.set(name, topic);
    return topic;
  }

  /** Nobody follows a topic any more. */
  unfollow(topic: Topic): void {
    this.#followed.delete(topic.name);
    this.#kept.delete(topic.name);
    if (topic.history.length > 0) this.#left.set(topic.name, topic);
    else this.#forget(topic);
  }

  /** Keeps a message where its topic does, and returns the topic where somebody follows it. */
  keep(message: PushMessage): Topic | undefined {
    const { topic: name, number } = message;
    const keepsHistory = this.#limits.maxHistoryMessages > 0;
    const topic = this.get(name) ?? (keepsHistory ? this.#make(name) : undefined);
    if (topic === undefined) {
      this.#lostUpTo = number;
      return undefined;
    }
    const isFollowed = this.#followed.has(name);
    const { history } = topic;
    const before = history.bytes;
    history.add(message);
    this.#historyBytes += history.bytes - before;
    // The last ones in their order are those that were used last.
    const map = isFollowed ? this.#kept : this.#left;
    map.delete(name);
    if (!isFollowed || history.length > 0) map.set(name, topic);
    this.#bound();
    return isFollowed ? topic : undefined;
  }

  /** Makes a topic, in place of one that nobody follows where it has to; nothing where there is none. */
  #make(name: string): Topic | undefined {
    const { maxTopics, maxHistoryMessages, maxTopicHistoryBytes } = this.#limits;
    if (this.size >= maxTopics) {
      const [oldest] = this.#left.values();
      if (oldest === undefined) return undefined;
      this.#forget(oldest);
    }
    const topic = new Topic(name, {
      limits: { maxMessages: maxHistoryMessages, maxBytes: maxTopicHistoryBytes },
      lostUpTo: this.#lostUpTo,
      aliveMs: this.#aliveMs,
      clock: this.#clock,
    });
    this.#left.set(name, topic);
    return topic;
  }

  #forget(topic: Topic): void {
    const { history } = topic;
    while (history.length > 0) this.#dropOldest(topic);
    this.#lostUpTo = Math.max(this.#lostUpTo, history.lostUpTo);
    this.#left.delete(topic.name);
  }

  #dropOldest({ history }: Topic): void {
    const before = history.bytes;
    history.dropOldest();
    this.#historyBytes += history.bytes - before;
  }

  /** Keeps what all topics hold below the limit. */
  #bound(): void {
    const { maxHistoryBytes } = this.#limits;
    while (this.#historyBytes > maxHistoryBytes) {
      const [unread] = this.#left.values();
      if (unread !== undefined) this.#forget(unread);
      else {
        const [oldest] = this.#kept.values();
        if (oldest === undefined) return;
        this.#dropOldest(oldest);
        if (oldest.history.length === 0) this.#kept.delete(oldest.name);
      }
    }
  }
}
