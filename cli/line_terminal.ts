import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { EXIT_INTERRUPTED } from "./exit_codes.ts";

/**
 * A terminal where a person types lines while others are printed: what arrives is written above what is half typed,
 * and lines can be edited and recalled.
 */
export class LineTerminal implements Disposable {
  readonly #readline: Interface;

  constructor() {
    this.#readline = createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt: "",
    });
    // The terminal hands Ctrl+C to us as a key while a line is being edited.
    this.#readline.on("SIGINT", () => Deno.exit(EXIT_INTERRUPTED));
  }

  /** Returns the lines that are typed, to the end of input or until the signal is aborted. */
  async *lines(signal: AbortSignal): AsyncGenerator<string> {
    const stop = () => this.#readline.close();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const line of this.#readline) yield line;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Writes a line, and what is half typed below it. Who can wait while the terminal is behind awaits what it returns. */
  print(line: string): Promise<void> | undefined {
    const hasRoom = process.stdout.write(`\r\x1b[K${line}\n`);
    this.#readline.prompt(true);
    if (hasRoom) return undefined;
    return new Promise((resolve) => void process.stdout.once("drain", () => resolve()));
  }

  /** Gives the terminal back as it was. */
  [Symbol.dispose](): void {
    this.#readline.close();
  }
}
