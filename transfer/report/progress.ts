import { type CancelWait, type Clock, systemClock } from "../../net/mod.ts";
import type { MultiBar, SingleBar } from "./cli_progress.ts";
import type { Screen } from "./outputs.ts";
import { progressLine, type ProgressState } from "./progress_line.ts";
import { RateMeter } from "./rate_meter.ts";

/** How a {@linkcode Progress} is shown. */
export interface ProgressOptions {
  /** Bytes of all files; undefined where nobody knows. */
  total: number | undefined;
  /** How many files there are. */
  files: number;
  /** What the program writes to; the bar is on its stderr, where that is a terminal. */
  io: Screen;
  /** Show nothing: a machine reads, or traces are written. @default {false} */
  hidden?: boolean;
  /** Returns the terminal's columns. @default what the terminal says */
  columns?: () => number;
  /** The time. @default the system's */
  clock?: Clock;
}

/** What {@linkcode Progress.update} takes. */
export interface ProgressUpdate {
  /** Bytes of all files that are done. */
  doneBytes: number;
  /** Bytes among them that were there before: the rate is without them. @default {0} */
  skippedBytes?: number;
  /** The name of the file that is on its way; it may come from a peer. */
  file: string;
  /** Which one of the files it is, from 0. */
  fileIndex: number;
}

/** Ten times a second. */
const REDRAW_MS = 100;

/** The longest time that a timer takes: the library shall never draw by itself, the clock here says when. */
const NEVER_MS = 2 ** 31 - 1;

/** For a terminal that does not say how wide it is. */
const DEFAULT_COLUMNS = 80;

/** Empties the line that the cursor is in, and goes to its start. */
const ERASE_LINE = "\r\x1b[K";

/**
 * The progress of a transfer on a terminal: one line, drawn anew ten times a second. Where stderr is no terminal, nothing
 * is shown. The cursor and the terminal's settings stay as they are at all times, so that an interrupted program leaves
 * nothing to restore.
 */
export class Progress implements Disposable {
  readonly #io: Screen;
  readonly #clock: Clock;
  readonly #rate = new RateMeter();
  #state: ProgressState;
  #skippedBytes = 0;
  #bars: MultiBar | undefined;
  #bar: SingleBar | undefined;
  /** What the library drew and the terminal has not got yet: it gets a drawing in one piece. */
  #drawing = "";
  #onScreen = false;
  #cancel: CancelWait | undefined;

  private constructor({ io, total, files, clock = systemClock }: ProgressOptions) {
    this.#io = io;
    this.#clock = clock;
    const start = { doneBytes: 0, bytesPerSecond: undefined, file: "", fileIndex: 0 };
    this.#state = { ...start, totalBytes: total, files };
  }

  /** Begins to show progress. */
  static async start(options: ProgressOptions): Promise<Progress> {
    const progress = new Progress(options);
    if (options.io.stderrIsTerminal && !options.hidden) await progress.#show(options);
    return progress;
  }

  /** Takes how far the transfer is; the next drawing shows it. */
  update({ doneBytes, skippedBytes = 0, file, fileIndex }: ProgressUpdate): void {
    this.#state = { ...this.#state, doneBytes, file, fileIndex };
    this.#skippedBytes = skippedBytes;
  }

  /** Takes that all files together have this many bytes now. */
  grow(totalBytes: number): void {
    this.#state = { ...this.#state, totalBytes };
    this.#bar?.setTotal(totalBytes);
  }

  /** Writes a line on stderr, above the bar. */
  print(line: string): void {
    this.above(() => this.#io.stderr(`${line}\n`));
  }

  /** Calls what writes whole lines, on stdout or stderr; they come to stand above the bar. */
  above(write: () => void): void {
    if (this.#onScreen) this.#io.stderr(ERASE_LINE);
    // The bar comes back with the next drawing: many lines do not draw it many times.
    this.#onScreen = false;
    write();
  }

  /** Takes the bar away; later calls do nothing. */
  stop(): void {
    const bars = this.#bars;
    this.#bars = undefined;
    this.#bar = undefined;
    this.#cancel?.();
    bars?.stop();
    this.#flush();
    this.#onScreen = false;
  }

  /** Takes the bar away. */
  [Symbol.dispose](): void {
    this.stop();
  }

  async #show({ total, io, columns }: ProgressOptions): Promise<void> {
    // Only who sees a bar waits until these are loaded.
    const { MultiBar } = await import("./cli_progress.ts");
    const width = columns ?? await terminalColumns();
    const write = (text: string) => {
      this.#drawing += text;
      return true;
    };
    this.#bars = new MultiBar({
      // The line is cut where it is made, so the library shall not cut it.
      stream: { isTTY: true, columns: Infinity, write },
      fps: 1000 / NEVER_MS,
      clearOnComplete: true,
      forceRedraw: true,
      linewrap: true,
      format: (_, { progress }) =>
        progressLine(this.#state, { columns: width(), progress, colour: io.colour }),
    });
    this.#bar = this.#bars.create(total ?? 0, 0);
    this.#draw();
  }

  #draw(): void {
    const { doneBytes } = this.#state;
    this.#rate.add(this.#clock.now(), doneBytes - this.#skippedBytes);
    this.#state = { ...this.#state, bytesPerSecond: this.#rate.bytesPerSecond };
    this.#bar?.update(doneBytes);
    this.#bars?.update();
    this.#flush();
    this.#onScreen = true;
    this.#cancel = this.#clock.wait(REDRAW_MS, () => this.#draw());
  }

  #flush(): void {
    const drawing = this.#drawing;
    this.#drawing = "";
    if (drawing !== "") this.#io.stderr(drawing);
  }
}

async function terminalColumns(): Promise<() => number> {
  const { default: process } = await import("node:process");
  return () => process.stderr.columns || DEFAULT_COLUMNS;
}
