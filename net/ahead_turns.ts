import { inMicrotask, nextTurn } from "./turn.ts";

/** Who decodes ahead of a program that is busy. */
export interface AheadDecoder {
  /** The program has asked for its next message meanwhile, so that nothing is ahead of it. */
  readonly isAwaited: boolean;
  /** Decodes ahead, if there is still a reason to. */
  decodeAheadNow(): void;
}

/**
 * A program that takes what has come asks for the next message within so many microtasks of the last one, and then nothing has
 * to be done: a turn of the event loop, which costs more than they do, is asked for only for one that has not.
 */
const MAX_HOPS = 8;

let waiting: AheadDecoder[] = [];
let hopsLeft = 0;

/** Lets `one` decode ahead once the program has had its turn. */
export function decodeAheadSoon(one: AheadDecoder): void {
  hopsLeft = MAX_HOPS;
  if (waiting.push(one) === 1) inMicrotask(hop);
}

/** One of them gave its program a message, which the program needs some time to look at. */
export function waitForProgram(): void {
  hopsLeft = MAX_HOPS;
}

function hop(): void {
  if (hopsLeft-- > 0) return inMicrotask(hop);
  const all = waiting;
  waiting = [];
  const busy: AheadDecoder[] = [];
  for (const one of all) {
    if (one.isAwaited) one.decodeAheadNow();
    else busy.push(one);
  }
  if (busy.length === 0) return;
  nextTurn(() => {
    for (const one of busy) one.decodeAheadNow();
  });
}
