const SETTLED = Promise.resolve();

/** Calls `callback` behind what waits already on this turn. Node's `queueMicrotask` does the same at twice the cost. */
export function inMicrotask(callback: () => void): void {
  SETTLED.then(callback);
}

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

/**
 * Turns until everything that had arrived is handed out for certain: Deno's event loop asks the system at least once in
 * 61 turns, however much it has to do, and needs some more to hand out the answer.
 */
export const POLL_TURNS = 128;

/** Calls `callback` once the system has been asked what has arrived by now, and that is handled. */
export function afterPoll(callback: () => void): () => void {
  let left = POLL_TURNS;
  const turn = () => {
    if (left === 0) callback();
    else if (left-- > 0) nextTurn(turn);
  };
  nextTurn(turn);
  return () => {
    left = -1;
  };
}
