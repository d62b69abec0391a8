import type { CancelWait, Clock } from "../net/clock.ts";
import { turns } from "./turns.ts";

interface Timer {
  at: number;
  callback: () => void;
}

/** A clock that stands still until a test advances it. */
export class FakeClock implements Clock {
  #now = 0;
  /** In the order in which they fire. */
  #timers: Timer[] = [];

  /** How many waits have neither ended nor been stopped. */
  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#now);
  }

  wait(ms: number, callback: () => void): CancelWait {
    if (ms === Infinity) return () => {};
    const timer = { at: this.#now + Math.max(0, ms), callback };
    const later = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets `ms` milliseconds pass: each timer that is due fires in its turn, and what hangs on it is done before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turns();
    for (let timer = this.#timers[0]; timer && timer.at <= end; timer = this.#timers[0]) {
      this.#timers.shift();
      this.#now = timer.at;
      timer.callback();
      await turns();
    }
    this.#now = end;
  }
}
