import { inMicrotask, nextTurn } from "./turn.ts";

/** Who has bytes to write. */
export interface TurnWriter {
  /** Begins to write, and says false where there was nothing to begin. */
  flush(): boolean;
  /** Asks for the next turn, once. */
  askTurn(): void;
}

/**
 * Writes that begin on one turn of the event loop. Deno's system takes about 128 reads and writes of a turn at once; what
 * comes after them is put aside, and costs twice as much.
 */
const WRITES_PER_TURN = 64;
/**
 * A program that answers asks for its next message soon, and that writes: a turn of the event loop is asked for only when
 * it has not within so many microtasks, because the turn costs more than they do.
 */
const MAX_HOPS = 8;

let left = WRITES_PER_TURN;
let renewalAsked = false;

/** Those who write on the next turn, and how many of them have. */
let waiting: TurnWriter[] = [];
let written = 0;
/** How many of them have not been written by somebody else meanwhile. */
let unwritten = 0;
let hopsLeft = 0;
let turnAsked = false;

/** Those who write when everything that was read on this turn has been handed out. */
let afterReads: TurnWriter[] = [];

/** Says whether one more write may begin on this turn, and counts it. Who waits for a turn already comes first. */
export function mayWriteNow(): boolean {
  if (left === 0 || unwritten > 0) return false;
  countWrite();
  return true;
}

/** Lets `one` write on the next turn, or on one soon after it where many want to. It says so when it is written before. */
export function writeNextTurn(one: TurnWriter): void {
  waiting.push(one);
  unwritten++;
  if (turnAsked || hopsLeft > 0) return;
  hopsLeft = MAX_HOPS;
  inMicrotask(hop);
}

/** One of those who asked for a turn has been written, on the turn or before it. */
export function turnNotNeeded(): void {
  unwritten--;
}

/**
 * Lets `one` write once everybody for whom something arrived on this turn has had it, in the same turn: the answers to what
 * came together leave together.
 */
export function writeAfterReads(one: TurnWriter): void {
  if (afterReads.push(one) === 1) inMicrotask(writeAnswers);
}

function hop(): void {
  if (unwritten === 0) {
    hopsLeft = 0;
    waiting = [];
    return;
  }
  hopsLeft--;
  if (hopsLeft > 0) inMicrotask(hop);
  else askTurn();
}

function askTurn(): void {
  turnAsked = true;
  nextTurn(writeSome);
}

function countWrite(): void {
  left--;
  // Few writes a turn do not ask for a turn of their own only to be counted anew.
  if (left <= WRITES_PER_TURN / 2) askRenewal();
}

function askRenewal(): void {
  if (renewalAsked) return;
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
    if (left === 0) one.askTurn();
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
  if (begun > 0) askRenewal();
  if (written < list.length) return nextTurn(writeSome);
  waiting = [];
  written = 0;
  turnAsked = false;
}
