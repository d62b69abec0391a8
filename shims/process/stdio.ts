import { constants, fstatSync, openSync, read, write, writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { fromNode } from "../errors/errors.ts";

/** While a pipe is empty or full, we ask again this often. */
const RETRY_MS = 1;

/** A reader that stays away is asked less and less often, down to this. */
const LAST_RETRY_MS = 50;

const readFile = promisify(read);
const writeFile = promisify(write);

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

  /** Lets each key come by itself, unless `mode` is false. Node has no `cbreak`: keys that interrupt come as keys too. */
  setRaw(mode: boolean, _options?: { cbreak: boolean }): void {
    process.stdin.setRawMode(mode);
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
  #write: ((bytes: Uint8Array) => Promise<number>) | undefined;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  /** It, as a stream. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: async (bytes) => {
        for (let at = 0; at < bytes.length;) at += await this.write(bytes.subarray(at));
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

  /** Writes some of the bytes, and says how many. A reader that does not read holds nothing else up. */
  async write(bytes: Uint8Array): Promise<number> {
    if (bytes.length === 0) return 0;
    try {
      return await (this.#write ??= asyncWriter(this.#fd))(bytes);
    } catch (error) {
      throw fromNode(error);
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

/**
 * Returns what writes without blocking. A thread that writes into a full pipe could not be ended, and Node waits for all
 * threads before it exits; so only files are written by one.
 */
function asyncWriter(fd: 1 | 2): (bytes: Uint8Array) => Promise<number> {
  const inThread = async (bytes: Uint8Array) => (await writeFile(fd, bytes)).bytesWritten;
  const stats = fstatSync(fd);
  if (stats.isSocket()) {
    return (bytes) => writeToStream(fd === 1 ? process.stdout : process.stderr, bytes);
  }
  if (!stats.isFIFO() && !stats.isCharacterDevice()) return inThread;
  const own = openedAnew(fd);
  if (own === undefined) return inThread;
  return async (bytes) => {
    for (let waitMs = RETRY_MS;; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        return writeSync(own, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  };
}

/**
 * Opens the pipe or terminal behind a descriptor once more, so that it does not block for us and stays as it is for
 * everybody else who has it. Undefined where the system cannot.
 */
function openedAnew(fd: number): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  if (process.platform !== "linux") return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined;
  }
}

function writeToStream(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    // Its error comes to the callback too; without a listener it would end the process.
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
    stream.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
  });
}
