import { type CancelWait, type Clock, systemClock } from "../../net/clock.ts";
import { counted } from "../../net/counted.ts";
import { quoted } from "../units.ts";

/** Lines that are pasted come within this time of each other, in milliseconds. */
const TOGETHER_MS = 200;
/** Characters of a line that are shown. */
const MAX_SHOWN = 40;

/** What an {@linkcode UnsentLines} goes by. */
export interface UnsentLinesOptions {
  /** Says it. */
  readonly report: (line: string) => void;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** Says of lines that were not sent, because too many wait, once for all that came together. */
export class UnsentLines {
  readonly #report: (line: string) => void;
  readonly #clock: Clock;
  #first: { readonly line: string; readonly why: string } | undefined;
  #count = 0;
  #cancelWait: CancelWait | undefined;

  /** Begins with none. */
  constructor({ report, clock = systemClock }: UnsentLinesOptions) {
    this.#report = report;
    this.#clock = clock;
  }

  /** One was not sent, for this reason. */
  add(line: string, why: string): void {
    this.#first ??= { line, why };
    this.#count++;
    this.#cancelWait?.();
    this.#cancelWait = this.#clock.wait(TOGETHER_MS, () => this.flush());
  }

  /** Says it now. */
  flush(): void {
    this.#cancelWait?.();
    if (!this.#first) return;
    const { line, why } = this.#first;
    const shown = [...line].length > MAX_SHOWN
      ? `${[...line].slice(0, MAX_SHOWN).join("")}…`
      : line;
    const from = this.#count === 1 ? quoted(shown) : `from ${quoted(shown)} on`;
    this.#report(`Cannot send ${counted(this.#count, "line")}, ${from}: ${why}`);
    this.#first = undefined;
    this.#count = 0;
  }
}
