import { ByteWriter, requireLimit } from "../codec/mod.ts";
import { type Clock, sleep, systemClock } from "../net/clock.ts";
import { messageOf, systemCodeOf } from "../net/errors.ts";
import { nextTurn } from "../net/turn.ts";

/** Where an {@linkcode Output} writes: `Deno.stdout`, or what stands in for it. */
export interface OutputSink {
  /** Writes some of the bytes, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** How an {@linkcode Output} gathers. */
export interface OutputOptions {
  /** Bytes that may wait for the reader; what is printed while more wait is dropped and counted. @default 1 MiB */
  maxBacklogBytes?: number;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** Bytes that may wait for the reader, unless told otherwise. */
const MAX_BACKLOG_BYTES = 1024 * 1024;
/** From here on whoever can wait does. */
const HIGH_WATER_BYTES = 64 * 1024;
/** One write takes so many bytes at most, so that a slow reader is seen to read. */
const MAX_WRITE_BYTES = 64 * 1024;
/** Text is gathered as text up to here, which is cheaper than to encode each line. */
const MAX_TEXT_UNITS = 16 * 1024;
/** A larger buffer is let go when it is empty. */
const MAX_KEPT_BYTES = 256 * 1024;
/** How soon and how seldom a full stream that does not block is asked again. */
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [1, 50];

/** Says that a stream of this program cannot be written to any more. */
export class OutputError extends Error {
  /** The class's name. */
  override readonly name: string = "OutputError";

  /** Makes the error for the stream with this name. */
  constructor(stream: string, cause: unknown) {
    super(`Cannot write to ${stream}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * What a program prints on one stream. It is gathered in order and written on the next turn of the event loop, one write
 * at a time, so that a reader who is slow or does not read holds nothing up. What is printed while `maxBacklogBytes` wait
 * is dropped, and the stream itself says how many lines that were as soon as it is read again.
 *
 * @example
 * ```ts
 * import { Output } from "@parley/sockets/cli";
 * import { assert } from "@std/assert";
 * let written = "";
 * const output = new Output("stdout", {
 *   write(bytes) {
 *     written += new TextDecoder().decode(bytes);
 *     return Promise.resolve(bytes.length);
 *   },
 * });
 * output.print("one\n");
 * output.print("two\n");
 * await output.flush();
 * assert(written === "one\ntwo\n");
 * ```
 */
export class Output {
  /** Settled with the reason once the stream cannot be written to any more. */
  readonly failed: Promise<OutputError>;
  /** Settled once something is dropped for the first time. */
  readonly overflowed: Promise<void>;
  /** Returns what the stream says of lines that were dropped. */
  describeDropped: (lines: number) => string = (lines) =>
    `(${countOfLines(lines)} dropped here: nobody read them in time)\n`;
  readonly #name: string;
  readonly #sink: OutputSink;
  readonly #clock: Clock;
  readonly #maxBacklogBytes: number;
  #fail!: (error: OutputError) => void;
  #overflow!: () => void;
  #error: OutputError | undefined;
  /** What was printed last, in front of which all of `#gathered` stands. */
  #text = "";
  #gathered = new ByteWriter();
  /** The other buffer: what it holds is under way, from `#written` on. */
  #underWay = new ByteWriter();
  #written = 0;
  #isWriting = false;
  #isFull = false;
  #droppedLines = 0;
  #lostLines = 0;
  #room: Deferred | undefined;
  #idle: Deferred | undefined;

  /**
   * Makes the output of a stream; `name` stands in errors.
   *
   * @throws {RangeError} `maxBacklogBytes` is neither a whole number from 1 nor `Infinity`.
   */
  constructor(name: string, sink: OutputSink, options: OutputOptions = {}) {
    const { maxBacklogBytes = MAX_BACKLOG_BYTES, clock = systemClock } = options;
    this.#name = name;
    this.#sink = sink;
    this.#clock = clock;
    this.#maxBacklogBytes = requireLimit("maxBacklogBytes", maxBacklogBytes);
    this.failed = new Promise((resolve) => this.#fail = resolve);
    this.overflowed = new Promise((resolve) => this.#overflow = resolve);
  }

  /** Why the stream cannot be written to any more. */
  get error(): OutputError | undefined {
    return this.#error;
  }

  /** How much waits for the reader; text that was just printed counts a byte for each of its code units. */
  get backlogBytes(): number {
    return this.#text.length + this.#gathered.length + this.#underWay.length - this.#written;
  }

  /** Lines that were never written, and will not be if the program ends now, without those that the stream told of. */
  get unwrittenLines(): number {
    this.#encode();
    return this.#lostLines + this.#droppedLines + linesIn(this.#gathered.buffer, this.#gathered) +
      linesIn(this.#underWay.buffer, { start: this.#written, length: this.#underWay.length });
  }

  /** Prints whole lines: text, or bytes as they are. It never waits and never throws. */
  print(lines: string | Uint8Array): void {
    if (this.#error || this.#isFull) return this.#lose(lines);
    if (typeof lines === "string") {
      this.#text += lines;
      if (this.#text.length >= MAX_TEXT_UNITS) this.#encode();
    } else {
      this.#encode();
      this.#gathered.bytes(lines);
    }
    this.#isFull = this.backlogBytes >= this.#maxBacklogBytes;
    if (this.#isWriting) return;
    this.#isWriting = true;
    nextTurn(() => void this.#writeAll());
  }

  /** Waits while more is gathered than the reader takes; undefined, and no wait, where it is not. A failure ends the wait. */
  ready(): Promise<void> | undefined {
    if (this.#error || this.backlogBytes < HIGH_WATER_BYTES) return undefined;
    return (this.#room ??= defer()).promise;
  }

  /** Waits until all that was printed is written, or cannot be. */
  async flush(): Promise<void> {
    if (this.#isWriting) await (this.#idle ??= defer()).promise;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#take()) await this.#writeTaken();
    } catch (cause) {
      this.#lostLines = this.unwrittenLines;
      this.#droppedLines = 0;
      this.#text = "";
      this.#gathered = new ByteWriter();
      this.#underWay = new ByteWriter();
      this.#written = 0;
      this.#error = new OutputError(this.#name, cause);
      this.#fail(this.#error);
    }
    this.#isWriting = false;
    this.#room = settle(this.#room);
    this.#idle = settle(this.#idle);
  }

  /** Takes all that was gathered, to be written; says whether there is some. */
  #take(): boolean {
    this.#encode();
    const empty = this.#underWay;
    this.#underWay = this.#gathered;
    this.#gathered = empty.buffer.length > MAX_KEPT_BYTES ? new ByteWriter() : empty;
    this.#gathered.length = 0;
    this.#written = 0;
    return this.#underWay.length > 0;
  }

  async #writeTaken(): Promise<void> {
    const { buffer, length } = this.#underWay;
    while (this.#written < length) {
      const end = Math.min(length, this.#written + MAX_WRITE_BYTES);
      this.#written += await this.#writeSome(buffer.subarray(this.#written, end));
      this.#makeRoom();
    }
  }

  /** Writes some of the bytes, however long that takes. */
  async #writeSome(bytes: Uint8Array): Promise<number> {
    for (let waitMs = FIRST_RETRY_MS;; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        const count = await this.#sink.write(bytes);
        if (count > 0) return count;
      } catch (error) {
        // Whoever started us made the stream one that does not block, and it is full.
        if (!isTemporary(error)) throw error;
      }
      await sleep(waitMs, { clock: this.#clock });
    }
  }

  #makeRoom(): void {
    if (this.#isFull && this.backlogBytes <= this.#maxBacklogBytes / 2) {
      this.#isFull = false;
      const lines = this.#droppedLines;
      this.#droppedLines = 0;
      if (lines > 0) this.print(this.describeDropped(lines));
    }
    if (this.backlogBytes < HIGH_WATER_BYTES) this.#room = settle(this.#room);
  }

  #lose(lines: string | Uint8Array): void {
    const count = typeof lines === "string" ? linesInText(lines) : linesIn(lines, lines);
    if (this.#error) this.#lostLines += count;
    else {
      this.#droppedLines += count;
      this.#overflow();
    }
  }

  #encode(): void {
    if (this.#text === "") return;
    this.#gathered.text(this.#text);
    this.#text = "";
  }
}

/** Returns a count of lines with its verb: `1 line was`, `2 lines were`. */
export function countOfLines(lines: number): string {
  return lines === 1 ? "1 line was" : `${lines} lines were`;
}

/** A promise that is settled from outside. */
interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function defer(): Deferred {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => resolve = settle);
  return { promise, resolve };
}

function settle(deferred: Deferred | undefined): undefined {
  deferred?.resolve();
}

const LF = 10;

function linesInText(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

function linesIn(
  bytes: Uint8Array,
  { start = 0, length }: { start?: number; length: number },
): number {
  let lines = 0;
  const part = bytes.subarray(start, length);
  for (let at = part.indexOf(LF); at >= 0; at = part.indexOf(LF, at + 1)) lines++;
  return lines;
}

function isTemporary(error: unknown): boolean {
  return error instanceof Deno.errors.WouldBlock || error instanceof Deno.errors.Interrupted;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.BrokenPipe) return "its reader has left";
  const isDiskFull = systemCodeOf(cause) === "ENOSPC";
  return isDiskFull ? "no space is left on the device" : messageOf(cause);
}
