import { getMaxListeners, setMaxListeners } from "node:events";

/**
 * Calls `callback` when a signal is aborted. Node 20 warns of a leak when a signal has more than ten listeners, though a
 * hundred connections may be made with one signal: each listener that is here raises that number by one while it listens.
 *
 * @returns What ends the listening; to be called when `callback` was called as well.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return nothing;
  addToMax(signal, 1);
  signal.addEventListener("abort", callback, { once: true });
  let isListening = true;
  return () => {
    if (!isListening) return;
    isListening = false;
    signal.removeEventListener("abort", callback);
    addToMax(signal, -1);
  };
}

function addToMax(signal: AbortSignal, count: number): void {
  const max = maxOf(signal);
  if (max > 0) setMaxListeners(max + count, signal);
}

/** Returns how many may listen; 0 is no limit, which newer versions have for signals anyway. */
function maxOf(signal: AbortSignal): number {
  try {
    return getMaxListeners(signal);
  } catch {
    // Node 20 takes a signal whose limit was lifted for something else.
    return 0;
  }
}

function nothing(): void {}
