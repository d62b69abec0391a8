import { nextTurn } from "./turn.ts";

/** Who has bytes to write. */
export interface TurnWriter {
  /** Begins to write, and says false where there was nothing to begin. */
  flush(): boolean;
}

/**
 * Writes that begin on one turn of the event loop. The system takes about 128 reads and writes of a turn at once; what
 * comes after them is put aside, and costs twice as much.
 */
const WRITES_PER_TURN = 64;

let left = WRITES_PER_TURN;
let renewalAsked = false;

/** Those who write on the next turn, and how many of them have. */
let waiting: TurnWriter[] = [];
let written = 0;

/** Those who write when everything that was read on this turn has been handed out. */
let afterReads: TurnWriter[] = [];

/** Says whether one more write may begin on this turn, and counts it. Who waits for a turn already comes first. */
export function mayWriteNow(): boolean {
  if (left === 0 || waiting.length > 0) return false;
  countWrite();
  return true;
}

/** Lets `one` write on the next turn, or on one soon after it where many want to. */
export function writeNextTurn(one: TurnWriter): void {
  if (waiting.push(one) === 1) nextTurn(writeSome);
}

/**
 * Lets `one` write once everybody for whom something arrived on this turn has had it, in the same turn: the answers to what
 * came together leave together.
 */
export function writeAfterReads(one: TurnWriter): void {
  if (afterReads.push(one) === 1) queueMicrotask(writeAnswers);
}

function countWrite(): void {
  left--;
  // Few writes a turn do not ask for a turn of their own only to be counted anew.
  if (left > WRITES_PER_TURN / 2 || renewalAsked) return;
  renewalAsked = true;
  nextTurn(renew);
}

function renew(): void {
  renewalAsked = false;
  left = WRITES_PER_TURN;
}

function writeAnswers(): void {
  const list = afterReads;
  afterReads = [];
  for (const one of list) {
    if (left === 0) writeNextTurn(one);
    else if (one.flush()) countWrite();
  }
}

function writeSome(): void {
  const list = waiting;
  let begun = 0;
  while (written < list.length && begun < WRITES_PER_TURN) {
    if (list[written++]!.flush()) begun++;
  }
  left = Math.min(left, WRITES_PER_TURN - begun);
  if (left < WRITES_PER_TURN && !renewalAsked) {
    renewalAsked = true;
    nextTurn(renew);
  }
  if (written < list.length) return nextTurn(writeSome);
  waiting = [];
  written = 0;
}
