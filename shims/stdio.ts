import { readSync, writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { fromNode } from "./errors.ts";

/** While nobody reads our output, we ask again this often whether there is room. */
const RETRY_MS = 1;

/** What is typed or piped in. */
class Stdin {
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  /** It, as a stream. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= stdinStream();
  }

  /** Says whether somebody types. */
  isTerminal(): boolean {
    return isatty(0);
  }

  /** Reads some of it at once; null is the end. */
  readSync(into: Uint8Array): number | null {
    const count = retried(() => readSync(0, into));
    return count === 0 && into.length > 0 ? null : count;
  }
}

/** Where output goes. */
class Output {
  readonly #fd: 1 | 2;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  /** Writes some of the bytes before it returns, and says how many. */
  writeSync(bytes: Uint8Array): number {
    return retried(() => writeSync(this.#fd, bytes));
  }

  /** Writes some of the bytes, and says how many. */
  write(bytes: Uint8Array): Promise<number> {
    try {
      return Promise.resolve(this.writeSync(bytes));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Says whether somebody reads it. */
  isTerminal(): boolean {
    return isatty(this.#fd);
  }
}

/** What is typed or piped in. */
export const stdin: Stdin = new Stdin();
/** Where the user's data goes. */
export const stdout: Output = new Output(1);
/** Where all that is about it goes. */
export const stderr: Output = new Output(2);

/** A pipe that whoever started us made non-blocking is full or empty for a moment. */
function retried(call: () => number): number {
  while (true) {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw fromNode(error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

/** Node's own stream is only made when somebody wants to read: making it may already take from the input. */
function stdinStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { stdin } = process;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      stdin.on("data", (bytes: Uint8Array) => {
        controller.enqueue(new Uint8Array(bytes));
        if ((controller.desiredSize ?? 0) <= 0) stdin.pause();
      });
      stdin.on("end", () => controller.close());
      stdin.on("error", (error) => controller.error(fromNode(error)));
      stdin.pause();
    },
    pull() {
      stdin.resume();
    },
    cancel() {
      stdin.destroy();
    },
  }, { highWaterMark: 0 });
}
