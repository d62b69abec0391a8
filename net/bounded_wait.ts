import { onAbort } from "./abort_listener.ts";
import type { Address } from "./address.ts";
import type { Clock } from "./clock.ts";
import { DeadlineError } from "./errors.ts";

/** Calls `stop` when time runs out, or the signal is aborted, before `result` has settled. */
export function bound(
  result: Promise<unknown>,
  { waitMs, peer, signal, clock, stop }: {
    waitMs: number;
    peer: Address;
    signal: AbortSignal | undefined;
    clock: Clock;
    stop: (error: unknown) => void;
  },
): void {
  const cancel = clock.wait(waitMs, () => stop(new DeadlineError("receive", waitMs, { peer })));
  const endListening = onAbort(signal, () => stop(signal?.reason));
  const done = () => {
    cancel();
    endListening();
  };
  result.then(done, done);
}
