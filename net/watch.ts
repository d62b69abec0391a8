import type { CancelWait, Clock } from "./clock.ts";

/** The rows that have a watch running, by their clock and their time. */
const rows = new WeakMap<Clock, Map<number, Row>>();

/** The owner of a watch: an object and no closure, which keeps an idle connection small. */
export interface WatchOwner {
  /** Time has run out for this one of its watches. */
  passed(watch: Watch): void;
}

/**
 * One deadline that starts and stops with every read or write. A timer costs more than a message and more memory than
 * an idle connection should, so watches that run for the same time share one: whichever started first passes first.
 */
export class Watch {
  /** When it was started. */
  since = 0;
  /** Its neighbours in the row while it runs. */
  before: Watch | undefined;
  after: Watch | undefined;
  /** Hears that time has run out. */
  readonly owner: WatchOwner;
  readonly #row: Row | undefined;
  #running = false;

  /** Makes a watch that stands still; its owner is told when it has run for `ms` without a new start. */
  constructor(owner: WatchOwner, { ms, clock }: { ms: number; clock: Clock }) {
    this.owner = owner;
    if (ms !== Infinity) this.#row = rowOf(clock, ms);
  }

  /** Counts from now, also when it runs already. */
  start(): void {
    if (this.#row === undefined) return;
    if (this.#running) {
      if (this.#row.isNewest(this)) return;
      this.#row.remove(this);
    }
    this.#running = true;
    this.#row.add(this);
  }

  /** Stands still until the next start. The shared timer goes on for the next watch. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#row?.remove(this);
  }

  /** Stands still, and stops the shared timer if no other watch runs. */
  clear(): void {
    this.stop();
    this.#row?.rest();
  }
}

/** The watches that run for one time, the one that passes first in front. */
class Row {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #forget: () => void;
  #first: Watch | undefined;
  #last: Watch | undefined;
  #cancel: CancelWait | undefined;

  constructor(clock: Clock, { ms, forget }: { ms: number; forget: () => void }) {
    this.#clock = clock;
    this.#ms = ms;
    this.#forget = forget;
  }

  add(watch: Watch): void {
    watch.since = this.#clock.now();
    watch.before = this.#last;
    if (this.#last) this.#last.after = watch;
    else this.#first = watch;
    this.#last = watch;
    if (this.#cancel === undefined) this.#wait(this.#ms);
  }

  /** Says whether this watch is where a start would put it. */
  isNewest(watch: Watch): boolean {
    return watch === this.#last && watch.since === this.#clock.now();
  }

  remove(watch: Watch): void {
    const { before, after } = watch;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    watch.before = watch.after = undefined;
  }

  /** Stops the timer where no watch runs. */
  rest(): void {
    if (this.#first) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#forget();
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.wait(ms, () => {
      this.#cancel = undefined;
      const started = this.#clock.now() - this.#ms;
      while (this.#first && this.#first.since <= started) {
        const watch = this.#first;
        watch.stop();
        watch.owner.passed(watch);
      }
      if (this.#cancel !== undefined) return;
      if (this.#first) this.#wait(this.#first.since - started);
      else this.#forget();
    });
  }
}

function rowOf(clock: Clock, ms: number): Row {
  let byTime = rows.get(clock);
  if (!byTime) rows.set(clock, byTime = new Map());
  const times = byTime;
  let row = times.get(ms);
  if (!row) {
    const made = new Row(clock, {
      ms,
      forget: () => times.get(ms) === made ? times.delete(ms) : undefined,
    });
    times.set(ms, row = made);
  }
  return row;
}
