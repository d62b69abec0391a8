import { type Clock, sleep, systemClock } from "../net/clock.ts";

/** Pieces that a second's bytes are moved in, so that they flow evenly and not in bursts. */
const PIECES_PER_SECOND = 20;
/**
 * How far back unused bandwidth is made up for: a timer that fires late costs nothing, and a long pause earns no burst.
 */
const MAX_MAKE_UP_MS = 250;

/**
 * Keeps all transfers that share it to a number of bytes a second together. Over 10 s they never exceed it by more than
 * 5 %.
 *
 * @example
 * ```ts
 * import { BandwidthLimiter } from "@parley/sockets/transfer";
 * import { assert } from "@std/assert";
 * const bandwidth = new BandwidthLimiter(1024 * 1024);
 * const start = performance.now();
 * for (let sent = 0; sent < 65536; sent += 16384) await bandwidth.take(16384);
 * assert(performance.now() - start > 50);
 * ```
 */
export class BandwidthLimiter {
  /** Bytes to move at a time, so that they flow evenly. */
  readonly pieceBytes: number;
  readonly #msPerByte: number;
  readonly #clock: Clock;
  /** When the rate will have let through all bytes that were taken so far. */
  #doneAt: number;

  /** Makes one for so many bytes a second. @throws {RangeError} `bytesPerSecond` is not over 0. */
  constructor(bytesPerSecond: number, { clock = systemClock }: { clock?: Clock } = {}) {
    if (!(bytesPerSecond > 0)) {
      throw new RangeError(`Cannot set rate: ${bytesPerSecond} bytes a second is not over 0`);
    }
    this.#clock = clock;
    this.#doneAt = clock.now();
    this.#msPerByte = 1000 / bytesPerSecond;
    this.pieceBytes = Math.max(1, Math.ceil(bytesPerSecond / PIECES_PER_SECOND));
  }

  /** Waits until so many bytes may be moved. When `signal` is aborted the wait rejects with its reason. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    this.#doneAt = Math.max(this.#doneAt, now - MAX_MAKE_UP_MS) + bytes * this.#msPerByte;
    const delayMs = this.#doneAt - now;
    if (delayMs > 0) await sleep(delayMs, { clock: this.#clock, signal });
  }
}
