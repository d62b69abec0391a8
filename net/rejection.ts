/**
 * Returns the promise as one that may be forgotten: its rejection ends no process where nobody handles it, because the end
 * of the connection says the same. Who waits for it hears it as ever.
 */
export function forgettable<P extends Promise<unknown>>(promise: P): P {
  promise.catch(ignore);
  return promise;
}

/** Returns a rejected promise that may be forgotten. */
export function rejected(error: unknown): Promise<never> {
  return forgettable(Promise.reject(error));
}

function ignore(): void {}
