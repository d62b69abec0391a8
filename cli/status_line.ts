import process from "node:process";
import { type CancelWait, type Clock, systemClock } from "../net/clock.ts";
import type { Io } from "./io.ts";
import { DEFAULT_COLUMNS } from "./wrap.ts";

/** How a {@linkcode StatusLine} is drawn. */
export interface StatusLineOptions {
  /** Whether to draw nothing, because a machine reads or traces are written. @default {false} */
  hidden?: boolean;
  /** Returns the terminal's columns. @default what the terminal says */
  columns?: () => number;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

const REDRAW_MS = 100;

/**
 * A line on stderr that is drawn anew ten times a second, below all that is printed. It is drawn on a terminal alone, and
 * needs no more of it than to go back to the beginning of a line.
 */
export class StatusLine {
  /** What everything else is printed to. */
  readonly io: Io;
  readonly #screen: Io;
  readonly #isShown: boolean;
  readonly #columns: () => number;
  readonly #clock: Clock;
  #line: ((columns: number) => string) | undefined;
  #isOnScreen = false;
  #cancel: CancelWait | undefined;

  /** Makes one that shows nothing yet. */
  constructor(screen: Io, options: StatusLineOptions = {}) {
    const { hidden = false, clock = systemClock } = options;
    this.#screen = screen;
    this.#isShown = screen.stderrIsTerminal === true && !hidden;
    this.#columns = options.columns ?? (() => process.stderr.columns || DEFAULT_COLUMNS);
    this.#clock = clock;
    this.io = this.#isShown ? this.#below(screen) : screen;
  }

  /** Draws what `line` returns from the next tenth of a second on; it has to be shorter than the columns that it is given. */
  show(line: (columns: number) => string): void {
    this.#line = line;
    if (this.#isShown) this.#cancel ??= this.#clock.wait(REDRAW_MS, () => this.#draw());
  }

  /** Removes the line. */
  hide(): void {
    this.#line = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#erase();
  }

  #draw(): void {
    const columns = this.#columns();
    const line = this.#line?.(columns) ?? "";
    this.#screen.stderr(`${blank(columns)}${line}`);
    this.#isOnScreen = true;
    this.#cancel = this.#clock.wait(REDRAW_MS, () => this.#draw());
  }

  #erase(): void {
    if (this.#isOnScreen) this.#screen.stderr(blank(this.#columns()));
    this.#isOnScreen = false;
  }

  /** The line comes back with the next drawing, so that many lines do not draw it many times. */
  #below(screen: Io): Io {
    const after = (write: (text: string) => void) => ({
      value: (text: string) => {
        this.#erase();
        write(text);
      },
    });
    // The others are asked for when they are wanted: to ask for stdin opens it.
    return Object.create(screen, {
      stdout: after((text) => screen.stdout(text)),
      stderr: after((text) => screen.stderr(text)),
    });
  }
}

/** Clears the line; the last column stays free, because some terminals begin a new line when it is written. */
function blank(columns: number): string {
  return `\r${" ".repeat(columns - 1)}\r`;
}
