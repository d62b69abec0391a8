import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { PassThrough } from "node:stream";
import { onAbort } from "../net/abort_listener.ts";
import { EXIT_INTERRUPTED } from "./exit_codes.ts";
import { finishOutput } from "./finish.ts";
import type { Io } from "./io.ts";
import type { Report } from "./report.ts";
import { TerminalOutput } from "./terminal_output.ts";

/** What ends a program that gives its terminal back first. */
const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** Those that a program hears by itself which has more to put in order: see `interruption`. */
const INTERRUPTIONS: readonly string[] = ["SIGINT", "SIGTERM"];

/** What a {@linkcode LineTerminal} belongs to. */
export interface LineTerminalOptions {
  /** The terminal. */
  readonly io: Io;
  /** What the program says there. */
  readonly report: Report;
  /** The program's name. */
  readonly name: string;
  /**
   * Is called where Ctrl+C comes as a key. The program then hears SIGINT and SIGTERM by itself, ends, and gives the terminal
   * back. @default both end the program
   */
  readonly onInterrupt?: (() => void) | undefined;
}

/**
 * A terminal where a person types lines while others are printed: what arrives is written above what is half typed,
 * however many rows that has, and lines can be edited and recalled. A terminal that takes nothing holds nothing up.
 */
export class LineTerminal implements AsyncDisposable {
  readonly #io: Io;
  readonly #name: string;
  /** What is typed, without a mode that the editor would change: that waits for a terminal that takes nothing. */
  readonly #input = new PassThrough();
  readonly #output: TerminalOutput;
  /** Its `prevRows` is the row that it believes the cursor to be in, counted from the first of what is typed. */
  readonly #editor: Interface & { prevRows?: number };
  readonly #hasSignals: boolean;
  /** What it ends the program at. */
  readonly #endings: readonly Deno.Signal[];
  #isOver = false;
  #isEnding = false;

  private constructor(
    { io, name, onInterrupt }: Omit<LineTerminalOptions, "report">,
  ) {
    this.#io = io;
    this.#name = name;
    this.#output = new TerminalOutput(io);
    this.#editor = createInterface({
      input: process.stdin.pipe(this.#input),
      output: this.#output,
      terminal: true,
      prompt: "",
    });
    this.#setRaw(true);
    this.#input.prependListener("keypress", this.#beforeKey);
    process.stdout.on("resize", this.#refit);
    this.#editor.on("close", () => this.#isOver = true);
    // Where the terminal does not make signals of keys, they come to the editor.
    this.#editor.on("SIGINT", onInterrupt ?? this.#end);
    this.#editor.on("SIGTSTP", () => this.#stop());
    this.#hasSignals = Deno.build.os !== "windows";
    this.#endings = ENDINGS.filter((one) => !onInterrupt || !INTERRUPTIONS.includes(one));
    if (!this.#hasSignals) return;
    Deno.addSignalListener("SIGCONT", this.#goOn);
    for (const signal of this.#endings) Deno.addSignalListener(signal, this.#end);
  }

  /** Begins to edit where a person types, and what a program reports stands above it; undefined where nobody does. */
  static open({ report, ...options }: LineTerminalOptions): LineTerminal | undefined {
    if (!options.io.interactive || report.json) return undefined;
    const terminal = new LineTerminal(options);
    report.above = (write) => terminal.above(write);
    return terminal;
  }

  /** Returns the lines that are typed, to the end of input or until the signal is aborted. */
  async *lines(signal: AbortSignal): AsyncGenerator<string> {
    const stopListening = onAbort(signal, () => {
      this.#leave();
      this.#editor.close();
    });
    try {
      for await (const line of this.#editor) yield line;
    } finally {
      stopListening();
    }
  }

  /** Calls a function that writes whole lines, to stdout or stderr, so that they stand above what is half typed. */
  above(write: () => void): void {
    if (this.#isOver || this.#editor.line === "") return write();
    this.#erase(this.#row);
    write();
    this.#draw();
  }

  /** Gives the terminal back as it was, with what is half typed on a line of its own, once it has taken everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    this.#editor.close();
    process.stdin.unpipe(this.#input).pause();
    process.stdout.off("resize", this.#refit);
    await this.#io.streams?.stdout.flush();
    this.#setRaw(false);
    if (!this.#hasSignals) return;
    Deno.removeSignalListener("SIGCONT", this.#goOn);
    for (const signal of this.#endings) Deno.removeSignalListener(signal, this.#end);
  }

  /** The row that the cursor is in, counted from the first of what is typed. */
  get #row(): number {
    return this.#editor.getCursorPos().rows;
  }

  /** The editor does not count the rows of what is pasted. */
  readonly #beforeKey = () => {
    if (!this.#isOver) this.#editor.prevRows = this.#row;
  };

  #erase(row: number): void {
    const up = row > 0 ? `\x1b[${row}A` : "";
    this.#io.stdout(`${up}\r\x1b[J`);
  }

  /** Draws what is half typed from the row on where the cursor is. */
  #draw(): void {
    this.#editor.prevRows = 0;
    this.#editor.prompt(true);
  }

  /** Some terminals lay out anew what is typed when their width changes, others do not: no more is erased than either has. */
  readonly #refit = () => {
    const before = this.#row;
    this.#output.measure();
    if (this.#isOver || this.#editor.line === "") return;
    this.#erase(Math.min(before, this.#row));
    this.#draw();
  };

  /** Stops as the terminal would let it, with all that was started together. */
  #stop(): void {
    this.#setRaw(false);
    process.kill(0, "SIGTSTP");
    // Nobody stops a program that no shell could let go on, and none that went on already.
    setImmediate(this.#goOn);
  }

  readonly #goOn = async () => {
    await this.#io.streams?.stdout.flush();
    if (this.#isOver) return;
    // Whoever had the terminal meanwhile left it as it likes it.
    this.#setRaw(false);
    this.#setRaw(true);
    this.#draw();
  };

  /** Ends the program; the second time at once. */
  readonly #end = async () => {
    if (this.#isEnding) Deno.exit(EXIT_INTERRUPTED);
    this.#isEnding = true;
    this.#leave();
    const finishing = { io: this.#io, name: this.#name, isWork: false };
    const code = await finishOutput(EXIT_INTERRUPTED, finishing);
    // Of a terminal that takes nothing the mode cannot be changed without a wait for it.
    if (!this.#io.streams?.stdout.backlogBytes) this.#setRaw(false);
    Deno.exit(code);
  };

  /** Goes to the line below what is half typed. */
  #leave(): void {
    if (!this.#isOver && this.#editor.line !== "") {
      this.#editor.write(null, { ctrl: true, name: "e" });
      this.#io.stdout("\n");
    }
    this.#isOver = true;
  }

  /** Lets keys come one by one, without the terminal's echo; those that interrupt go on doing so where the system can. */
  #setRaw(isRaw: boolean): void {
    try {
      Deno.stdin.setRaw(isRaw, { cbreak: true });
    } catch {
      // The terminal is gone, which the end of input says.
    }
  }
}
