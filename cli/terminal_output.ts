import process from "node:process";
import { Writable } from "node:stream";
import type { Io } from "./io.ts";
import { DEFAULT_COLUMNS } from "./wrap.ts";

/**
 * The terminal as a line editor draws on it. What it draws goes with all else that is printed, in order, so that a
 * terminal that takes nothing does not hold the program up.
 */
export class TerminalOutput extends Writable {
  /** What is written here is obeyed. */
  readonly isTTY = true;
  /** How wide it was when it was measured. */
  columns = DEFAULT_COLUMNS;
  readonly #io: Io;

  /** Makes one that draws on stdout. */
  constructor(io: Io) {
    super({ decodeStrings: false });
    this.#io = io;
    this.measure();
  }

  /** Takes note of how wide it is now. */
  measure(): void {
    this.columns = process.stdout.columns || DEFAULT_COLUMNS;
  }

  /** Draws. */
  override _write(text: string, _encoding: string, done: () => void): void {
    this.#io.stdout(text);
    done();
  }
}
