// This module is browser compatible.

import { BufferedDecoder } from "../buffered_decoder.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { LimitError } from "../errors.ts";
import { AsciiLines } from "./ascii_lines.ts";
import { lineText } from "./line_text.ts";
import type { IrcMessage } from "./message.ts";
import { parseCleanLine } from "./parse_message.ts";

const CR = 13;
const LF = 10;
const SPACE = 32;
const AT = 64;
/** Every line is counted with CRLF, whichever ending it has. */
const ENDING_BYTES = 2;

/** What an {@linkcode IrcDecoder} takes. */
export interface IrcDecoderSettings {
  /** Bytes of a line without its tags, with CRLF. */
  readonly maxBytes: number;
  /** Bytes of its tags, with `@` and the space. */
  readonly maxTagBytes: number;
  /** What a longer line does. */
  readonly onTooLong: "error" | "skip";
}

/** Takes lines out of a stream and cuts them into messages. */
export class IrcDecoder extends BufferedDecoder<IrcMessage | LimitError> {
  readonly #settings: IrcDecoderSettings;
  /** Bytes of the waiting line that hold no ending. */
  #scanned = 0;
  /** Bytes of its tags with the space behind them; 0 where it has none, or the space has not come. */
  #tagBytes = 0;
  #skipping = false;
  /** The next byte is dropped if it is the LF of a CRLF that was cut. */
  #afterCr = false;
  /** Made with the first bytes: nothing is made for a connection that says nothing. */
  #ascii: AsciiLines | undefined;

  constructor(settings: IrcDecoderSettings) {
    super();
    this.#settings = settings;
  }

  override peek(count: number): Uint8Array {
    const taken = this.#takenBytes();
    return super.peek(taken + count).subarray(taken);
  }

  override rest(): Uint8Array {
    const taken = this.#takenBytes();
    // What comes next may still be the LF, where nothing has come.
    if (this.buffer.length > 0) this.#afterCr = false;
    this.#scanned = this.#tagBytes = 0;
    return super.rest().subarray(taken);
  }

  protected override missing(): string {
    return "the end of the line";
  }

  protected override decode(buffer: ReceiveBuffer): IrcMessage | LimitError | undefined {
    while (buffer.length > 0) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (buffer.at(0) === LF) {
          buffer.skip(1);
          continue;
        }
      }
      this.began = buffer.offset;
      const ascii = this.#ascii ??= new AsciiLines();
      if (this.#scanned === 0 && !this.#skipping && ascii.isReady(buffer)) {
        const message = ascii.read(buffer);
        const { lineBytes, tagBytes } = ascii;
        const error = this.#tooLong(lineBytes, tagBytes);
        buffer.skip(lineBytes + this.#endingBytes(buffer, lineBytes));
        if (error !== undefined) return error;
        if (message !== undefined) return message;
        continue;
      }
      const isWhole = this.#findEnding(buffer);
      const length = this.#scanned;
      // The space of tags alone is still to come, and counts.
      const isTags = length > 0 && this.#tagBytes === 0 && buffer.at(0) === AT;
      const error = this.#skipping
        ? undefined
        : this.#tooLong(length, isTags ? length + 1 : this.#tagBytes);
      if (!isWhole && error === undefined && !this.#skipping) return undefined;
      const isDropped = this.#skipping || error !== undefined;
      const text = isDropped ? "" : lineText(buffer.view(0, length));
      this.#skipping = !isWhole;
      this.#scanned = this.#tagBytes = 0;
      buffer.skip(isWhole ? length + this.#endingBytes(buffer, length) : length);
      const message = error ?? parseCleanLine(text.replaceAll("\0", ""));
      if (message !== undefined) return message;
    }
    this.#ascii?.forget();
    return undefined;
  }

  /** Bytes at the start of the buffer that belong to a line which was given. */
  #takenBytes(): number {
    return this.#afterCr && this.buffer.length > 0 && this.buffer.at(0) === LF ? 1 : 0;
  }

  /** Looks for the ending in what was not looked at before, and takes note of where the tags end on the way. */
  #findEnding(buffer: ReceiveBuffer): boolean {
    const { storage, start, length } = buffer;
    const end = start + length;
    let at = start + this.#scanned;
    if (this.#tagBytes === 0 && length > 0 && storage[start] === AT) {
      for (; at < end; at++) {
        const byte = storage[at];
        if (byte === SPACE || byte === LF || byte === CR) break;
      }
      if (at < end && storage[at] === SPACE) this.#tagBytes = at + 1 - start;
    }
    for (; at < end; at++) {
      const byte = storage[at];
      if (byte === LF || byte === CR) break;
    }
    this.#scanned = at - start;
    return at < end;
  }

  #endingBytes(buffer: ReceiveBuffer, at: number): number {
    if (buffer.at(at) !== CR) return 1;
    if (at + 1 < buffer.length) return buffer.at(at + 1) === LF ? 2 : 1;
    this.#afterCr = true;
    return 1;
  }

  #tooLong(lineBytes: number, tagBytes: number): LimitError | undefined {
    const { maxBytes, maxTagBytes } = this.#settings;
    if (tagBytes > maxTagBytes) return this.#refused("maxIrcTagBytes", maxTagBytes);
    const isTooLong = lineBytes - tagBytes + ENDING_BYTES > maxBytes;
    return isTooLong ? this.#refused("maxIrcLineBytes", maxBytes) : undefined;
  }

  #refused(limit: string, max: number): LimitError {
    const error = new LimitError("Cannot decode IRC line", {
      limit,
      max,
      got: max + 1,
      atLeast: true,
      unit: "bytes",
      offset: this.began,
    });
    if (this.#settings.onTooLong === "error") throw error;
    return error;
  }
}
