// This module is browser compatible.

import { requireBytes, requireNames, requireText, requireWord } from "./arguments.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import type { ByteWriter } from "./bytes/byte_writer.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { LimitError, ProtocolError } from "./errors.ts";
import { LineBatch } from "./line_batch.ts";
import { DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";
import { decodeText, endOfWholeText, requireWellFormed } from "./text.ts";

const CR = 13;
const LF = 10;

/**
 * What ends a line. `any`: LF, CRLF or CR, each of them, and LF is written. `lf`, `crlf`, `cr`: that one alone, the
 * others are part of the line.
 */
export type LineEnding = "any" | "lf" | "crlf" | "cr";

/** How {@linkcode lines} cuts. */
export interface LinesOptions {
  /**
   * What ends a line. Where the stream changes its protocol behind a line (STARTTLS), set the one that it uses, `crlf`:
   * with `any`, a LF that comes only after the change belongs to the next protocol.
   *
   * @default {"any"}
   */
  ending?: LineEnding;
  /** Bytes that a line from the peer may have without its ending; ours may be longer. @default {8192} */
  maxBytes?: number;
  /**
   * What a longer line does: `error` throws a {@linkcode LimitError}; `skip` gives the error as one message, drops
   * the bytes up to the next ending and carries on.
   *
   * @default {"error"}
   */
  onTooLong?: "error" | "skip";
  /** Lines are bytes and not text. @default {false} */
  binary?: boolean;
  /** Bytes that are no UTF-8 are an error instead of U+FFFD. @default {false} */
  fatal?: boolean;
}

/** What a line is: bytes where `binary` was asked for, else text. */
export type Line<O extends LinesOptions> = O extends { binary: true } ? Uint8Array
  : string;

/** What comes out of {@linkcode lines}: lines, and errors as messages where `onTooLong` is `skip`. */
export type LineOrError<O extends LinesOptions> =
  | Line<O>
  | (O extends { onTooLong: "skip" } ? LimitError : never);

/**
 * Cuts a stream into lines. It refuses lines from the peer over `maxBytes` (8 KiB), and to encode text that holds an
 * ending. What we send has no limit: an answer that quotes a line is longer than the line.
 *
 * ```text
 *   68 69 0d 0a 79 6f 0a        "hi" CR LF "yo" LF
 *   `-----' `---' `--' `-- ending
 *   line 1  ending line 2
 * ```
 *
 * A CRLF cut between two reads is one ending. Text is decoded line by line, so a character cut between two reads is
 * whole. What stands behind the last ending when the stream ends is the last line.
 *
 * @throws {RangeError} `maxBytes` is neither a whole number from 1 nor `Infinity`.
 * @throws {TypeError} An option is not known, or `encode` is given what is no line.
 *
 * @example
 * ```ts
 * import { lines } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = lines().decoder();
 * decoder.push(new TextEncoder().encode("hi\r\nyo\nhal"));
 * assert(decoder.next() === "hi" && decoder.next() === "yo");
 * assert(decoder.next() === undefined);
 * ```
 */
export function lines<const O extends LinesOptions = LinesOptions>(
  options?: O,
): Codec<LineOrError<O>, Line<O>> {
  requireNames(options ?? {}, { what: "options of lines()", names: OPTION_NAMES });
  const { ending = "any", onTooLong = "error" } = options ?? {};
  requireWord(ending, { what: "ending", words: ["any", "lf", "crlf", "cr"] });
  requireWord(onTooLong, { what: "onTooLong", words: ["error", "skip"] });
  const { binary = false, fatal = false } = options ?? {};
  const maxBytes = requireLimit(
    "maxLineBytes",
    options?.maxBytes ?? DEFAULT_CODEC_LIMITS.maxLineBytes,
  );
  const settings: Settings = { ending, maxBytes, onTooLong, binary, fatal };
  const endingBytes = new TextEncoder().encode(ENDING_TEXT[ending]);
  const codec = defineCodec<string | Uint8Array | LimitError, string | Uint8Array>(
    () => new LinesDecoder(settings),
    (line, writer) => {
      // Most lines are short and plain, and then nothing can be wrong with them.
      const isPlain = typeof line === "string" && !binary && writer.shortText(line, endingBytes);
      if (!isPlain) writeLine(line, { writer, settings });
    },
  );
  // The options decide at run time what the conditional types say about them at compile time.
  return codec as unknown as Codec<LineOrError<O>, Line<O>>;
}

type Settings = Required<LinesOptions>;

const OPTION_NAMES = ["ending", "maxBytes", "onTooLong", "binary", "fatal"];

const ENDING_TEXT = { any: "\n", lf: "\n", crlf: "\r\n", cr: "\r" } as const;

function writeLine(
  line: string | Uint8Array,
  { writer, settings }: { writer: ByteWriter; settings: Settings },
): void {
  const { ending } = settings;
  // The options decide which of the two it is; JavaScript may pass the other one, or anything.
  if (settings.binary) requireBytes(line as Uint8Array);
  else if (typeof line !== "string") requireText(line as unknown as string);
  const inside = typeof line === "string"
    ? endingInText(line, ending)
    : endingInBytes(line, ending);
  if (inside >= 0) {
    throw new ProtocolError(
      `Cannot encode line: it holds a line ending at ${inside}, which would make it two lines`,
      {
        code: "delimiter-inside",
        side: "local",
        offset: inside,
        expected: "a line without an ending",
        received: `an ending at ${inside}`,
      },
    );
  }
  if (typeof line === "string") {
    requireWellFormed(line, "line");
    writer.text(line);
  } else writer.bytes(line);
  writer.text(ENDING_TEXT[ending]);
}

function endingInText(line: string, ending: LineEnding): number {
  if (ending !== "any") return line.indexOf(ENDING_TEXT[ending]);
  const lf = line.indexOf("\n");
  return lf >= 0 ? lf : line.indexOf("\r");
}

function endingInBytes(line: Uint8Array, ending: LineEnding): number {
  if (ending === "cr") return line.indexOf(CR);
  if (ending === "lf") return line.indexOf(LF);
  for (let at = 0; at < line.length; at++) {
    const byte = line[at];
    if (ending === "any" && (byte === LF || byte === CR)) return at;
    if (byte === CR && line[at + 1] === LF) return at;
  }
  return -1;
}

/** Up to here it is looked whether one line is all that waits. */
const SHORT_LINE_BYTES = 64;

class LinesDecoder extends BufferedDecoder<string | Uint8Array | LimitError> {
  readonly #settings: Settings;
  /** Bytes of the waiting line that hold no ending. */
  #scanned = 0;
  /** Made when a CR is met where lines end with any ending. */
  #nextLf: NextByte | undefined;
  #nextCr: NextByte | undefined;
  #skipping = false;
  /** The next byte is dropped if it is the LF of a CRLF that was cut. */
  #afterCr = false;
  #flushing = false;
  /** An ending that comes next belongs to the line that was flushed. */
  #afterFlush = false;
  /** Where lines are text. */
  #batch: LineBatch | undefined;
  /** The last line came out of the batch. */
  #batched = false;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  override get offset(): number {
    return super.offset + (this.#batch?.taken ?? 0);
  }

  override get messageOffset(): number {
    return this.#batched ? this.#batch!.began : super.messageOffset;
  }

  override next(): string | Uint8Array | LimitError | undefined {
    // Most lines go this way, so it is kept short.
    const batch = this.#batch;
    return (batch !== undefined && batch.ready ? batch.take() : undefined) ?? super.next();
  }

  flush(): void {
    this.#flushing = true;
  }

  override peek(count: number): Uint8Array {
    const taken = this.#takenBytes();
    return super.peek(taken + count).subarray(taken);
  }

  override rest(): Uint8Array {
    const taken = this.#takenBytes();
    // What comes next may still be the LF, where nothing has come.
    if (this.buffer.length > 0) this.#afterCr = this.#afterFlush = false;
    this.#scanned = 0;
    this.#batch?.finish();
    return super.rest().subarray(taken);
  }

  /** Bytes at the start of the buffer that belong to lines which were given: those of the batch, or the end of an ending. */
  #takenBytes(): number {
    const { buffer } = this;
    const taken = this.#batch?.taken ?? 0;
    if (taken > 0 || buffer.length === 0) return taken;
    if (this.#afterCr) return buffer.at(0) === LF ? 1 : 0;
    return this.#afterFlush ? this.#endingBytes(buffer) : 0;
  }

  /** Bytes of the ending that `buffer` begins with, or 0. */
  #endingBytes(buffer: ReceiveBuffer): number {
    const { ending } = this.#settings;
    const [first, second] = [buffer.at(0), buffer.length > 1 ? buffer.at(1) : -1];
    if (first === CR && second === LF && (ending === "any" || ending === "crlf")) return 2;
    if (first === LF) return ending === "any" || ending === "lf" ? 1 : 0;
    return first === CR && (ending === "any" || ending === "cr") ? 1 : 0;
  }

  protected override decode(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): string | Uint8Array | LimitError | undefined {
    // Nothing is made for a connection that says nothing.
    if (buffer.length === 0) {
      this.#flushSkipped();
      this.#flushing = false;
      return undefined;
    }
    const batch = this.#batch ??= this.#newBatch();
    if (batch !== undefined) buffer.skip(batch.finish());
    while (true) {
      if (this.#afterCr && buffer.length > 0) {
        this.#afterCr = false;
        if (buffer.at(0) === LF) buffer.skip(1);
      }
      const plain = !this.#skipping && !this.#afterFlush;
      if (plain && this.#isOneShortLine(buffer)) {
        this.#batched = false;
        this.began = buffer.offset;
        return this.#line(buffer, { length: buffer.length - 1, width: 1 });
      }
      if (plain && batch?.fill(buffer)) {
        const line = batch.take();
        if (line !== undefined) {
          this.#scanned = 0;
          this.#batched = true;
          return line;
        }
      }
      this.#batched = false;
      this.began = buffer.offset;
      const found = this.#find(buffer);
      if (found < 0) return this.#unfinished(buffer, ended);
      const width = this.#width(buffer, found);
      const skipping = this.#skipping;
      const flushed = this.#afterFlush && found === 0;
      this.#skipping = this.#afterFlush = false;
      this.#scanned = 0;
      if (found > this.#settings.maxBytes && !skipping) {
        const error = this.#tooLong(buffer);
        buffer.skip(found + width);
        return error;
      }
      if (skipping || flushed) buffer.skip(found + width);
      else return this.#line(buffer, { length: found, width });
    }
  }

  /** Says whether all that waits is one line of printable ASCII, the common case where lines are answered one by one. */
  #isOneShortLine(buffer: ReceiveBuffer): boolean {
    const { ending, maxBytes } = this.#settings;
    const end = buffer.length - 1;
    if (end < 0 || end > SHORT_LINE_BYTES || end > maxBytes || this.#scanned > 0) return false;
    if (ending === "crlf" || ending === "cr" || buffer.at(end) !== LF) return false;
    for (let at = 0; at < end; at++) {
      const byte = buffer.at(at);
      if (byte < 32 || byte > 126) return false;
    }
    return true;
  }

  #newBatch(): LineBatch | undefined {
    const { ending, fatal, binary, maxBytes } = this.#settings;
    return binary || ending === "cr" ? undefined : new LineBatch({ ending, fatal, maxBytes });
  }

  /** Returns where the ending begins, or -1 and everything is scanned. */
  #find(buffer: ReceiveBuffer): number {
    const { ending } = this.#settings;
    const { length } = buffer;
    let found: number;
    if (ending === "lf") found = buffer.indexOf(LF, this.#scanned);
    else if (ending === "cr") found = buffer.indexOf(CR, this.#scanned);
    else if (ending === "any") {
      const cr = (this.#nextCr ??= new NextByte(CR)).find(buffer, this.#scanned);
      found = cr < 0
        ? buffer.indexOf(LF, this.#scanned)
        : (this.#nextLf ??= new NextByte(LF)).find(buffer, this.#scanned);
      if (cr >= 0 && (found < 0 || cr < found)) found = cr;
    } else {
      found = buffer.indexOf(LF, this.#scanned);
      while (found >= 0 && (found === 0 || buffer.at(found - 1) !== CR)) {
        found = buffer.indexOf(LF, found + 1);
      }
      if (found > 0) found--;
    }
    if (found < 0) this.#scanned = length;
    return found;
  }

  #width(buffer: ReceiveBuffer, found: number): number {
    const { ending } = this.#settings;
    if (ending === "crlf") return 2;
    if (ending !== "any" || buffer.at(found) !== CR) return 1;
    if (found + 1 < buffer.length) return buffer.at(found + 1) === LF ? 2 : 1;
    this.#afterCr = true;
    return 1;
  }

  #unfinished(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): string | Uint8Array | LimitError | undefined {
    const { ending, maxBytes, binary } = this.#settings;
    // The CR of a CRLF that is not whole yet is not part of the line.
    const half = !ended && ending === "crlf" && buffer.length > 0 &&
        buffer.at(buffer.length - 1) === CR
      ? 1
      : 0;
    const length = buffer.length - half;
    if (this.#skipping || length > maxBytes) {
      const error = this.#skipping ? undefined : this.#tooLong(buffer);
      if (this.#skipping) this.#flushSkipped();
      else this.#skipping = true;
      buffer.skip(length);
      this.#scanned = half;
      return error;
    }
    if (ended) {
      this.#scanned = 0;
      return length > 0 ? this.#line(buffer, { length, width: 0 }) : undefined;
    }
    if (!this.#flushing) return undefined;
    this.#flushing = false;
    const whole = binary ? length : endOfWholeText(buffer.view(0, length));
    if (whole === 0) return undefined;
    this.#afterFlush = whole === length;
    this.#scanned = 0;
    return this.#line(buffer, { length: whole, width: 0 });
  }

  /** A flush ends a line that is being dropped as it ends any other. */
  #flushSkipped(): void {
    if (!this.#flushing || !this.#skipping) return;
    this.#skipping = this.#flushing = false;
    this.#afterFlush = true;
  }

  #line(
    buffer: ReceiveBuffer,
    { length, width }: { length: number; width: number },
  ): string | Uint8Array {
    if (this.#settings.binary) {
      const line = buffer.take(length);
      buffer.skip(width);
      return line;
    }
    const text = decodeText(buffer.view(0, length), {
      offset: buffer.offset,
      what: "line",
      fatal: this.#settings.fatal,
    });
    buffer.skip(length + width);
    return text;
  }

  #tooLong(buffer: ReceiveBuffer): LimitError {
    const { maxBytes, onTooLong } = this.#settings;
    const error = new LimitError("Cannot decode line", {
      limit: "maxLineBytes",
      max: maxBytes,
      got: maxBytes + 1,
      atLeast: true,
      unit: "bytes",
      offset: buffer.offset,
    });
    if (onTooLong === "error") throw error;
    return error;
  }
}

/** Finds where a byte stands next. Each byte is looked at once, however many lines a chunk holds. */
class NextByte {
  readonly #byte: number;
  /** Where it stands in the stream, if `#searched` says that it was looked for up to there. */
  #at = -1;
  #searched = 0;

  constructor(byte: number) {
    this.#byte = byte;
  }

  /** Returns where it first stands at or behind `from`, or -1. */
  find(buffer: ReceiveBuffer, from: number): number {
    const { offset } = buffer;
    const start = offset + from;
    if (this.#at < start) {
      const end = offset + buffer.length;
      if (this.#searched >= end) return -1;
      const found = buffer.indexOf(this.#byte, Math.max(start, this.#searched) - offset);
      this.#searched = found < 0 ? end : offset + found + 1;
      if (found < 0) return -1;
      this.#at = offset + found;
    }
    return this.#at - offset;
  }
}
