import { type CancelWait, type Clock, systemClock } from "../../net/clock.ts";
import type { Screen } from "./outputs.ts";
import { type ComparedBytes, progressLine, type ProgressState } from "./progress_line.ts";
import { RateMeter } from "./rate_meter.ts";

/** How a {@linkcode Progress} is shown. */
export interface ProgressOptions {
  /** Bytes of all files; undefined when nobody knows. */
  total: number | undefined;
  /** How many files there are. */
  files: number;
  /** The terminal to draw on. */
  io: Screen;
  /** Whether to draw nothing, because a machine reads or traces are written. @default {false} */
  hidden?: boolean;
  /** Returns the terminal's columns. @default what the terminal says */
  columns?: () => number;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** What {@linkcode Progress.update} takes. */
export interface ProgressUpdate {
  /** Bytes of all files that are done. */
  doneBytes: number;
  /** Bytes among them that the receiver had before; they do not count for the rate. @default {0} */
  skippedBytes?: number;
  /** The name of the file that is on its way; it may come from a peer. */
  file: string;
  /** Its number among the files, from 0. */
  fileIndex: number;
  /** How much of it was compared with what the receiver has. @default it is not compared */
  comparing?: ComparedBytes | undefined;
}

const REDRAW_MS = 100;

/** The width of a terminal that does not say how wide it is. */
const DEFAULT_COLUMNS = 80;

/** Clears the line from the cursor on. */
const ERASE = "\x1b[K";

/**
 * The progress of a transfer: one line on a terminal, drawn ten times a second. Nothing is drawn when stderr is no
 * terminal. The cursor and the terminal's settings are never changed, so an interrupted program has nothing to restore.
 */
export class Progress implements Disposable {
  readonly #io: Screen;
  readonly #clock: Clock;
  readonly #rate = new RateMeter();
  #state: ProgressState;
  #skippedBytes = 0;
  /** Returns the terminal's columns; undefined where nothing is drawn, or any more. */
  #columns: (() => number) | undefined;
  #onScreen = false;
  #cancel: CancelWait | undefined;

  private constructor({ io, total, files, clock = systemClock }: ProgressOptions) {
    this.#io = io;
    this.#clock = clock;
    const start = {
      comparing: undefined,
      doneBytes: 0,
      bytesPerSecond: undefined,
      file: "",
      fileIndex: 0,
    };
    this.#state = { ...start, totalBytes: total, files };
  }

  /** Begins to draw, if there is a terminal. */
  static async start(options: ProgressOptions): Promise<Progress> {
    const progress = new Progress(options);
    if (options.io.stderrIsTerminal && !options.hidden) await progress.#show(options);
    return progress;
  }

  /** Sets how far the transfer is, for the next drawing. */
  update({ doneBytes, skippedBytes = 0, file, fileIndex, comparing }: ProgressUpdate): void {
    this.#state = { ...this.#state, doneBytes, file, fileIndex, comparing };
    this.#skippedBytes = skippedBytes;
  }

  /** Sets how many bytes all files have together, when more of them are known. */
  grow(totalBytes: number): void {
    this.#state = { ...this.#state, totalBytes };
  }

  /** Writes a line on stderr, above the bar. */
  print(line: string): void {
    this.above(() => this.#io.stderr(`${line}\n`));
  }

  /** Calls a function that writes whole lines, to stdout or stderr, so that they stand above the bar. */
  above(write: () => void): void {
    this.#erase();
    // The bar comes back with the next drawing, so that many lines do not draw it many times.
    write();
  }

  /** Removes the bar. It may be called again. */
  stop(): void {
    this.#columns = undefined;
    this.#cancel?.();
    this.#erase();
  }

  /** Removes the bar. */
  [Symbol.dispose](): void {
    this.stop();
  }

  async #show({ columns }: ProgressOptions): Promise<void> {
    this.#columns = columns ?? await terminalColumns();
    this.#draw();
  }

  #draw(): void {
    if (this.#columns === undefined) return;
    const { doneBytes, totalBytes } = this.#state;
    this.#rate.add(this.#clock.now(), doneBytes - this.#skippedBytes);
    this.#state = { ...this.#state, bytesPerSecond: this.#rate.bytesPerSecond };
    const line = progressLine(this.#state, {
      columns: this.#columns(),
      progress: totalBytes ? Math.min(1, doneBytes / totalBytes) : 1,
      colour: this.#io.colour,
    });
    this.#io.stderr(`\r${line}${ERASE}`);
    this.#onScreen = true;
    this.#cancel = this.#clock.wait(REDRAW_MS, () => this.#draw());
  }

  #erase(): void {
    if (this.#onScreen) this.#io.stderr(`\r${ERASE}`);
    this.#onScreen = false;
  }
}

async function terminalColumns(): Promise<() => number> {
  const { default: process } = await import("node:process");
  return () => process.stderr.columns || DEFAULT_COLUMNS;
}
