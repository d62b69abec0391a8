import type { CancelWait, Clock } from "../net/clock.ts";
import { safeListener } from "../net/safe_listener.ts";
import { SharedBytes } from "../net/shared_bytes.ts";
import type { Framing } from "./framing.ts";
import { History, type HistoryLimits } from "./history.ts";
import { type Piece, piecesOf } from "./piece.ts";
import type { PushMessage } from "./push_message.ts";
import type { Subscriber } from "./subscriber.ts";

/** How many follow a topic is said once in so long. */
const PRESENT_MS = 1_000;

/** Those subscribers of a topic who are sent the same bytes. */
interface Group {
  readonly subscribers: Set<Subscriber>;
  /** When they were sent something. */
  sentMs: number;
  stopAlive: CancelWait;
}

/** How a {@linkcode Topic} is made. */
export interface TopicOptions {
  /** What its history keeps. */
  readonly limits: HistoryLimits;
  /** Messages up to this number may have been there before. */
  readonly lostUpTo: number;
  /** Subscribers hear after so long that nothing was published. */
  readonly aliveMs: number;
  readonly clock: Clock;
}

/** One topic: who follows it, and what was published last. */
export class Topic {
  readonly name: string;
  readonly history: History;
  readonly #aliveMs: number;
  readonly #clock: Clock;
  readonly #groups = new Map<Framing, Group>();
  /** What was published and is not with the subscribers yet. */
  #turn: PushMessage[] = [];
  #present = 0;
  #stopPresent: CancelWait | undefined;

  /** Has no subscriber yet. */
  constructor(
    name: string,
    { limits, lostUpTo, aliveMs, clock }: TopicOptions,
  ) {
    this.#aliveMs = aliveMs;
    this.name = name;
    this.history = new History(limits, { lostUpTo });
    this.#clock = clock;
  }

  /** How many follow it. */
  get present(): number {
    return this.#present;
  }

  /** Keeps a message for the next {@linkcode flush}; says whether it is the first one. */
  add(message: PushMessage): boolean {
    return this.#turn.push(message) === 1;
  }

  /** Gives everybody what was published since the last time: framed once, however many they are. */
  flush(): void {
    const messages = this.#turn;
    this.#turn = [];
    for (const [framing, group] of this.#groups) {
      let isHeardByAll = true;
      try {
        const pieces = piecesOf(messages.map((message) => framing.frame(message)));
        for (const subscriber of group.subscribers) {
          isHeardByAll = offered(subscriber, { pieces, messages }) && isHeardByAll;
        }
      } catch (error) {
        tellFailure(error);
      }
      if (isHeardByAll) group.sentMs = this.#clock.now();
    }
  }

  /** Has one subscriber more. */
  join(subscriber: Subscriber): void {
    const { framing } = subscriber;
    let group = this.#groups.get(framing);
    if (group === undefined) {
      const sentMs = this.#clock.now();
      this.#groups.set(framing, group = { subscribers: new Set(), sentMs, stopAlive: nothing });
      if (framing.alive) this.#keepAlive(framing, group, this.#aliveMs);
    }
    group.subscribers.add(subscriber);
    this.#present++;
    this.#tellPresent();
  }

  /** Has one subscriber less. */
  leave(subscriber: Subscriber): void {
    const group = this.#groups.get(subscriber.framing);
    if (!group?.subscribers.delete(subscriber)) return;
    if (group.subscribers.size === 0) {
      group.stopAlive();
      this.#groups.delete(subscriber.framing);
    }
    this.#present--;
    this.#tellPresent();
  }

  /** Says how many there are once for all who come and go within a second. */
  #tellPresent(): void {
    if (this.#present === 0) {
      this.#stopPresent?.();
      this.#stopPresent = undefined;
      return;
    }
    this.#stopPresent ??= this.#clock.wait(PRESENT_MS, () => {
      this.#stopPresent = undefined;
      for (const [framing, group] of this.#groups) {
        if (framing.present) this.#tell(group, framing.present(this.#present));
      }
    });
  }

  #keepAlive(framing: Framing, group: Group, ms: number): void {
    group.stopAlive = this.#clock.wait(ms, () => {
      const left = group.sentMs + this.#aliveMs - this.#clock.now();
      if (left <= 0) this.#tell(group, framing.alive!());
      this.#keepAlive(framing, group, left > 0 ? left : this.#aliveMs);
    });
  }

  #tell(group: Group, bytes: Uint8Array<ArrayBuffer>): void {
    const shared = new SharedBytes(bytes);
    for (const subscriber of group.subscribers) {
      try {
        subscriber.tell(shared);
      } catch (error) {
        tellFailure(error);
      }
    }
    group.sentMs = this.#clock.now();
  }
}

function offered(
  subscriber: Subscriber,
  { pieces, messages }: { pieces: readonly Piece[]; messages: readonly PushMessage[] },
): boolean {
  try {
    return subscriber.offer(pieces, messages);
  } catch (error) {
    tellFailure(error);
    return false;
  }
}

/** What a sink or a framing of somebody's own throws is told once, and touches nobody else. */
const tellFailure: (error: unknown) => void = safeListener((error: unknown) => {
  throw error;
}, { name: "a sink or a framing of a hub" });

function nothing(): void {}
