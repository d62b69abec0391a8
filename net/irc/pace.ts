/** How fast a client may send, so that no server takes it for a flood. */
export interface IrcPace {
  /** Messages that may go at once, after a silence. @default {5} */
  burst?: number;
  /** Milliseconds that each message takes, once these are used up; 0 sends all at once. @default {2000} */
  everyMs?: number;
}

/** What no server takes for a flood (RFC 1459, 8.10). */
export const DEFAULT_IRC_PACE: Readonly<Required<IrcPace>> = Object.freeze({
  burst: 5,
  everyMs: 2000,
});

/**
 * Counts what is sent against a pace, as servers do (RFC 1459, 8.10). It goes by whole milliseconds: sums of fractions would
 * hold back the last message of a burst for a moment.
 */
export class Pace {
  readonly #everyMs: number;
  readonly #allowanceMs: number;
  /** Up to when what was sent counts. */
  #paidUntil = -Infinity;

  /** Begins with nothing sent. */
  constructor({ burst, everyMs }: Required<IrcPace>) {
    this.#everyMs = everyMs;
    this.#allowanceMs = (burst - 1) * everyMs;
  }

  /** Returns how many milliseconds it takes until another message may go. */
  delay(now: number): number {
    return Math.max(0, this.#paidUntil - this.#allowanceMs - Math.floor(now));
  }

  /** Says whether so many messages may go at once. */
  takes(count: number, now: number): boolean {
    const whole = Math.floor(now);
    const paidUntil = Math.max(this.#paidUntil, whole) + (count - 1) * this.#everyMs;
    return paidUntil - this.#allowanceMs <= whole;
  }

  /** Takes note of a message that goes. */
  take(now: number): void {
    this.#paidUntil = Math.max(this.#paidUntil, Math.floor(now)) + this.#everyMs;
  }
}
