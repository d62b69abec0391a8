import { onAbort } from "./abort_listener.ts";
import { inMicrotask } from "./turn.ts";

/** Stops a wait that {@linkcode Clock.wait} began; later calls do nothing. */
export type CancelWait = () => void;

/** The time as the kernel sees it, so that a test can bring its own. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** The time of day, for people. */
  date(): Date;
  /** Calls `callback` once, `ms` milliseconds from now; never for `Infinity`. */
  wait(ms: number, callback: () => void): CancelWait;
}

/** The longest wait that one timer can have; a longer one ends here and is begun anew by who asked. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time while what has arrived is handed out, or -1: asking the system for each message would cost too much. */
let cached = -1;

function forget(): void {
  cached = -1;
}

/** The system's clock. It stands still while what has arrived is handed out. */
export const systemClock: Clock = {
  now() {
    if (cached < 0) {
      cached = performance.now();
      inMicrotask(forget);
    }
    return cached;
  },
  date: () => new Date(),
  wait(ms, callback) {
    if (ms === Infinity) return nothing;
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

function nothing(): void {}

/** Settles `ms` milliseconds from now; rejects with the signal's reason when that is aborted before. */
export function sleep(
  ms: number,
  { clock = systemClock, signal }: { clock?: Clock; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = clock.wait(ms, () => {
      endListening();
      resolve();
    });
    const endListening = onAbort(signal, () => {
      cancel();
      reject(signal?.reason);
    });
  });
}
