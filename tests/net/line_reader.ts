import { decodeStream, lines } from "../../mod.ts";

/** Waits for one line of a process after the other. */
export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(bytes: ReadableStream<Uint8Array>) {
    this.#reader = bytes.pipeThrough(decodeStream(lines())).getReader();
  }

  /** Returns the next line, or undefined when there is no more. */
  async next(): Promise<string | undefined> {
    return (await this.#reader.read()).value;
  }

  /** Lets the stream go. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}
