import type { CancelWait, Clock } from "../clock.ts";
import type { AskLeftOver } from "./pending_ask.ts";

/** What {@linkcode LateReplies} need. */
export interface LateRepliesOptions {
  readonly clock: Clock;
  /** Calls whose late replies are waited for at one time; one more forgets those of the oldest. */
  readonly maxCalls: number;
  /** Hears when no more are waited for from a peer. */
  readonly allCame: (peer: string) => void;
}

/** What a call that is over has left, and how its replies are known. */
export interface LateRepliesOfCall<In> extends AskLeftOver {
  /** Says whether a message is a reply to it; undefined where nobody said how they are known. */
  readonly isReply: ((message: In) => boolean | undefined) | undefined;
}

/** A message that may be late. */
export interface LateMessage<In> {
  readonly message: In;
  readonly bytes: Uint8Array;
  /** There is nobody for it: a reply must not begin a session. */
  readonly isForNobody: boolean;
}

interface Owed<In> extends Pick<LateRepliesOfCall<In>, "isReply" | "answer"> {
  readonly peer: string;
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
  expect(peer: string, { count, waitMs, isReply, answer }: LateRepliesOfCall<In>): void {
    const { clock, maxCalls } = this.#options;
    const cancel = clock.wait(waitMs, () => this.#delete(owed));
    const owed: Owed<In> = { peer, isReply, answer, left: count, cancel };
    this.#all.add(owed);
    const ofPeer = this.#byPeer.get(peer);
    if (ofPeer) ofPeer.add(owed);
    else this.#byPeer.set(peer, new Set([owed]));
    const [oldest] = this.#all;
    if (oldest && this.#all.size > maxCalls) this.#delete(oldest);
  }

  /** Says whether a message is one of them, and counts it. */
  take(peer: string, late: LateMessage<In>): boolean {
    for (const owed of this.#byPeer.get(peer) ?? []) {
      if (!isLate(owed, late)) continue;
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

/** A peer says more than replies: where nobody said how those are known, they are the ones that say the same again. */
function isLate<In>(
  { isReply, answer }: Owed<In>,
  { message, bytes, isForNobody }: LateMessage<In>,
): boolean {
  if (isReply) return isReply(message) === true;
  return isForNobody ||
    answer?.length === bytes.length && answer.every((byte, at) => byte === bytes[at]);
}
