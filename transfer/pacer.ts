import { type Clock, sleep, systemClock } from "../net/clock.ts";

/** A rate is kept in so many pieces a second, so that it is even and not in bursts. */
const PIECES_PER_SECOND = 20;
/** What was not used of the rate is made up for so far back: a timer that is late costs nothing, a pause gives no burst. */
const MAX_MAKE_UP_MS = 250;

/** Keeps what all who share it send or receive to a rate: over 10 s it is never passed by more than 5 %. */
export class Pacer {
  /** Bytes to move at a time, so that the rate is even. */
  readonly pieceBytes: number;
  readonly #msPerByte: number;
  readonly #clock: Clock;
  /** When all that was taken so far has passed. */
  #doneAt: number;

  /** Makes one for so many bytes a second. @throws {RangeError} It is not over 0. */
  constructor(bytesPerSecond: number, { clock = systemClock }: { clock?: Clock } = {}) {
    if (!(bytesPerSecond > 0)) {
      throw new RangeError(`Cannot set rate: ${bytesPerSecond} bytes a second is not over 0`);
    }
    this.#clock = clock;
    this.#doneAt = clock.now();
    this.#msPerByte = 1000 / bytesPerSecond;
    this.pieceBytes = Math.max(1, Math.ceil(bytesPerSecond / PIECES_PER_SECOND));
  }

  /** Waits until so many bytes fit the rate. An aborted signal ends the wait with its reason. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    this.#doneAt = Math.max(this.#doneAt, now - MAX_MAKE_UP_MS) + bytes * this.#msPerByte;
    const delayMs = this.#doneAt - now;
    if (delayMs > 0) await sleep(delayMs, { clock: this.#clock, signal });
  }
}
