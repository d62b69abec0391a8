import type { CancelWait, Clock } from "../net/clock.ts";
import { turns } from "./turns.ts";

interface Timer {
  at: number;
  callback: () => void;
}

/**
 * A clock that stands still until a test advances it: deadlines, gaps and waits pass when the test says so, and never by
 * themselves.
 *
 * @example A deadline without waiting for it
 * ```ts
 * import { Connection, lines } from "@parley/sockets";
 * import { FakeClock, memoryPair, rejectionOf } from "@parley/sockets/testing";
 * import { assert } from "@std/assert";
 *
 * const clock = new FakeClock();
 * const [transport] = memoryPair();
 * const connection = new Connection(transport, lines(), { clock, deadlines: { idleMs: 60_000 } });
 * const failed = rejectionOf(connection.receive());
 * await clock.advance(60_000);
 * assert(String(await failed).includes("no byte passed within 60000 ms"));
 * ```
 */
export class FakeClock implements Clock {
  #now = 0;
  /** In the order in which they fire. */
  #timers: Timer[] = [];

  /** How many waits have neither ended nor been stopped. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Milliseconds since the test began. */
  now(): number {
    return this.#now;
  }

  /** The same moment as a date: the test begins with 1970. */
  date(): Date {
    return new Date(this.#now);
  }

  /** Calls `callback` once the test has let `ms` milliseconds pass. */
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
