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
    const { clock, stop, cut } = this.#options;
    const cancel = clock.wait(graceMs, cut);
    try {
      return await (this.#stopped ??= stop());
    } finally {
      cancel();
    }
  }
}
