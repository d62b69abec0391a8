/** What wants to be done on the next turn of the event loop, once for all who ask. */
let waiting: (() => void)[] = [];

/**
 * Calls `callback` on the next turn of the event loop: after what has arrived by now is handled, and without the
 * millisecond that a timer waits.
 */
export function nextTurn(callback: () => void): void {
  if (waiting.push(callback) === 1) setImmediate(runAll);
}

function runAll(): void {
  const callbacks = waiting;
  waiting = [];
  for (const callback of callbacks) callback();
}
