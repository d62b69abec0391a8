/** Those who listen to one signal, and the listener that they share. */
interface Shared {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** Who listens to each signal. */
const shared = new WeakMap<AbortSignal, Shared>();

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
  const { callbacks, listener } = shared.get(signal) ?? listen(signal);
  callbacks.add(call);
  return () => {
    callbacks.delete(call);
    if (callbacks.size > 0 || shared.get(signal)?.callbacks !== callbacks) return;
    shared.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}

function listen(signal: AbortSignal): Shared {
  const callbacks = new Set<() => void>();
  // Node 20 does not tell a second listener of which signal the event is.
  const listener = () => {
    shared.delete(signal);
    for (const callback of callbacks) callback();
  };
  const made = { callbacks, listener };
  shared.set(signal, made);
  signal.addEventListener("abort", listener, { once: true });
  return made;
}

function nothing(): void {}
