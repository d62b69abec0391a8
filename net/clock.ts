import { onAbort } from "./abort_listener.ts";
import { nextTurn } from "./turn.ts";

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

/** The time on this turn of the event loop, or -1: asking the system for each message would cost more than a turn. */
let turnTime = -1;

function forgetTurnTime(): void {
  turnTime = -1;
}

/** The system's clock. It stands still within one turn of the event loop. */
export const systemClock: Clock = {
  now() {
    if (turnTime < 0) {
      turnTime = performance.now();
      nextTurn(forgetTurnTime);
    }
    return turnTime;
  },
  date: () => new Date(),
  wait(ms, callback) {
    if (ms === Infinity) return nothing;
    const ended = () => {
      // Node calls timers before what ends the turn: the time that was asked for when this one began would stand still.
      forgetTurnTime();
      callback();
    };
    const timer = setTimeout(ended, Math.min(ms, MAX_TIMER_MS));
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
