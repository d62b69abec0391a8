import { onAbort } from "./abort_listener.ts";

/**
 * Waits for a promise, but no longer once a signal is aborted: what cannot be stopped goes on, and nobody hears of its end.
 *
 * @throws What the promise is rejected with, and the reason of `signal`.
 */
export function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const endListening = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(endListening);
  });
}
