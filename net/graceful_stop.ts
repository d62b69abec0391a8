import type { Clock } from "./clock.ts";
import { requireWaitMs } from "./deadlines.ts";

/** How something stops. */
export interface GracefulStopOptions<Result> {
  readonly clock: Clock;
  /** Lets all that is under way finish, and begins nothing new. */
  readonly stop: () => Promise<Result>;
  /** Ends what is still under way. */
  readonly cut: () => void;
}

/** Stops something once, however often that is asked for; the shortest grace time counts. */
export class GracefulStop<Result> {
  readonly #options: GracefulStopOptions<Result>;
  #stopped: Promise<Result> | undefined;

  constructor(options: GracefulStopOptions<Result>) {
    this.#options = options;
  }

  /** Whether it was asked for. */
  get hasBegun(): boolean {
    return this.#stopped !== undefined;
  }

  /** Stops, and cuts what is left after `graceMs`. @throws {RangeError} That is neither a number from 0 nor `Infinity`. */
  async within(graceMs: number): Promise<Result> {
    requireWaitMs("graceMs", graceMs);
    const { clock, cut } = this.#options;
    const cancel = clock.wait(graceMs, cut);
    try {
      return await (this.#stopped ?? this.#begin());
    } finally {
      cancel();
    }
  }

  #begin(): Promise<Result> {
    let settle = (_stopped: Promise<Result>) => {};
    // It stands before anything stops: who hears of that may ask for it again.
    const stopped = this.#stopped = new Promise<Result>((resolve) => settle = resolve);
    settle(this.#options.stop());
    return stopped;
  }
}
