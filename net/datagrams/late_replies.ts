import type { CancelWait, Clock } from "../clock.ts";

/** What {@linkcode LateReplies} need. */
export interface LateRepliesOptions {
  readonly clock: Clock;
  /** Calls whose late replies are waited for at one time; one more forgets those of the oldest. */
  readonly maxCalls: number;
  /** Hears when no more are waited for from a peer. */
  readonly allCame: (peer: string) => void;
}

/** What a call that is over has left. */
export interface LateRepliesOfCall<In> {
  /** How many replies may still come. */
  readonly count: number;
  /** How long, in milliseconds. */
  readonly waitMs: number;
  readonly isReply: (message: In) => boolean | undefined;
}

interface Owed<In> {
  readonly peer: string;
  readonly isReply: (message: In) => boolean | undefined;
  left: number;
  readonly cancel: CancelWait;
}

/** Replies to messages that were sent again: the first one was the answer, and the others belong to nobody. */
export class LateReplies<In> {
  readonly #options: LateRepliesOptions;
  readonly #byPeer = new Map<string, Set<Owed<In>>>();
  /** All, the oldest in front. */
  readonly #all = new Set<Owed<In>>();

  constructor(options: LateRepliesOptions) {
    this.#options = options;
  }

  /** How many calls' replies are waited for. */
  get size(): number {
    return this.#all.size;
  }

  /** Says whether some are waited for from a peer. */
  has(peer: string): boolean {
    return this.#byPeer.has(peer);
  }

  /** Waits for those of a call. */
  expect(peer: string, { count, waitMs, isReply }: LateRepliesOfCall<In>): void {
    const { clock, maxCalls } = this.#options;
    const cancel = clock.wait(waitMs, () => this.#delete(owed));
    const owed: Owed<In> = { peer, isReply, left: count, cancel };
    this.#all.add(owed);
    const ofPeer = this.#byPeer.get(peer);
    if (ofPeer) ofPeer.add(owed);
    else this.#byPeer.set(peer, new Set([owed]));
    const [oldest] = this.#all;
    if (oldest && this.#all.size > maxCalls) this.#delete(oldest);
  }

  /** Says whether a message is one of them, and counts it. */
  take(message: In, peer: string): boolean {
    for (const owed of this.#byPeer.get(peer) ?? []) {
      if (!owed.isReply(message)) continue;
      if ((owed.left -= 1) === 0) this.#delete(owed);
      return true;
    }
    return false;
  }

  /** Waits for none any more, and tells nobody. */
  clear(): void {
    for (const { cancel } of this.#all) cancel();
    this.#all.clear();
    this.#byPeer.clear();
  }

  #delete(owed: Owed<In>): void {
    const { peer, cancel } = owed;
    cancel();
    this.#all.delete(owed);
    const ofPeer = this.#byPeer.get(peer);
    ofPeer?.delete(owed);
    if (ofPeer === undefined || ofPeer.size > 0) return;
    this.#byPeer.delete(peer);
    this.#options.allCame(peer);
  }
}
