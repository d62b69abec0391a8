import { read, writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { fromNode } from "../errors/errors.ts";

/** While a pipe is empty or full, we ask again this often. */
const RETRY_MS = 1;

const readFile = promisify(read);

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

  /** Reads some of it; null is the end. */
  async read(into: Uint8Array): Promise<number | null> {
    if (into.length === 0) return 0;
    while (true) {
      try {
        const { bytesRead } = await readFile(0, into, 0, into.length, null);
        return bytesRead === 0 ? null : bytesRead;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EOF") return null;
        if (code !== "EAGAIN") throw fromNode(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

/** Where output goes. */
class Output {
  readonly #fd: 1 | 2;
  #writable: WritableStream<Uint8Array> | undefined;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  /** It, as a stream. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: (bytes) => {
        for (let at = 0; at < bytes.length;) at += this.writeSync(bytes.subarray(at));
      },
    });
  }

  /** Writes some of the bytes before it returns, and says how many. */
  writeSync(bytes: Uint8Array): number {
    while (true) {
      try {
        return writeSync(this.#fd, bytes);
      } catch (error) {
        // A pipe that whoever started us made non-blocking is full for a moment.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw fromNode(error);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      }
    }
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
