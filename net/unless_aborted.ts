import { onAbort } from "./abort_listener.ts";

/**
 * Waits for a promise, but no longer once a signal is aborted: what cannot be stopped goes on, and nobody hears of its end.
 *
 * @throws What the promise is rejected with, and the reason of `signal`.
 */
export async function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  let endListening = () => {};
  try {
    return await new Promise<Result>((resolve, reject) => {
      promise.then(resolve, reject);
      endListening = onAbort(signal, () => reject(signal?.reason));
    });
  } finally {
    endListening();
  }
}
