/** Who listens to each signal. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `callback` when a signal is aborted; at once where it is already. All who ask share one listener of the signal:
 * Node warns of a leak when a signal has more than ten, and a thousand connections may have one signal.
 *
 * @returns What ends the listening; it may be called again.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return nothing;
  if (signal.aborted) {
    callback();
    return nothing;
  }
  // One that is given twice is called twice, as it is ended twice.
  const call = () => callback();
  const callbacks = listeners.get(signal) ?? listen(signal);
  callbacks.add(call);
  return () => {
    callbacks.delete(call);
    if (callbacks.size > 0 || listeners.get(signal) !== callbacks) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", onEvent);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  listeners.set(signal, callbacks);
  signal.addEventListener("abort", onEvent, { once: true });
  return callbacks;
}

function onEvent(event: Event): void {
  // Only signals are listened to.
  const signal = event.currentTarget as AbortSignal;
  const callbacks = listeners.get(signal);
  listeners.delete(signal);
  for (const callback of callbacks ?? []) callback();
}

function nothing(): void {}
