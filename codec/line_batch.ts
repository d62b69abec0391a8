// This module is browser compatible.

import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";
import { decodeText } from "./text.ts";

const CR = 13;
const LF = 10;

/**
 * How many bytes of lines are decoded in one call: fewer calls, and a line that is kept keeps no more than this of its
 * neighbours (an engine may store a substring as a view of the whole).
 */
const BATCH_BYTES = 8192;

/** Behind every position in a batch; a small integer, because engines compare those fastest. */
const NOWHERE = 2 ** 30 - 1;

/**
 * Decodes several whole lines in one call and hands them out one by one. That is the same as line by line only where
 * every byte gave one character, so anything else is left to be decoded line by line.
 */
export class LineBatch {
  readonly #ending: "any" | "lf" | "crlf";
  readonly #fatal: boolean;
  readonly #maxBytes: number;
  #text = "";
  #start = 0;
  #at = 0;
  /** Where in the stream the text begins. */
  #base = 0;
  #lf = -1;
  /** Where the next CR stands that ends a line. */
  #cr = NOWHERE;
  /** From the first byte that waits up to this position in the stream no line ends. */
  #noLfBefore = 0;
  /** Before this position in the stream a batch did not come out. */
  #notBefore = 0;

  constructor(
    { ending, fatal, maxBytes }: {
      ending: "any" | "lf" | "crlf";
      fatal: boolean;
      maxBytes: number;
    },
  ) {
    this.#ending = ending;
    this.#fatal = fatal;
    this.#maxBytes = maxBytes;
  }

  /** A line can be taken. */
  get ready(): boolean {
    return this.#at < this.#text.length;
  }

  /** Where in the stream the line begins that `take` returned. */
  get began(): number {
    return this.#base + this.#start;
  }

  /** Bytes of the lines that were taken since `fill`; the buffer still holds them. */
  get taken(): number {
    return this.#at;
  }

  /** Forgets the lines that were not taken, and returns how many bytes those that were had. */
  finish(): number {
    const taken = this.#at;
    this.#text = "";
    this.#at = 0;
    return taken;
  }

  /** Decodes the whole lines at the start of `buffer`; says if it could. */
  fill(buffer: ReceiveBuffer): boolean {
    const { offset } = buffer;
    if (offset < this.#notBefore) return false;
    const size = Math.min(buffer.length, BATCH_BYTES);
    const last = buffer.lastIndexOf(LF, { from: Math.max(0, this.#noLfBefore - offset), to: size });
    if (last < 0) {
      this.#noLfBefore = offset + size;
      return false;
    }
    this.#notBefore = offset + size;
    if (this.#ending === "crlf" && (last === 0 || buffer.at(last - 1) !== CR)) return false;
    let text: string;
    try {
      text = decodeText(buffer.view(0, last + 1), { offset, what: "line", fatal: this.#fatal });
    } catch {
      // Not UTF-8: the line that is to blame is found when it is decoded alone.
      return false;
    }
    if (text.length !== last + 1) return false;
    this.#notBefore = 0;
    this.#text = text;
    this.#base = offset;
    this.#lf = -1;
    this.#cr = NOWHERE;
    if (this.#ending === "any") this.#findCr(0);
    return true;
  }

  /** Returns the next line, or undefined for one that is too long: it is left to be found so. Only where `ready`. */
  take(): string | undefined {
    const text = this.#text;
    const start = this.#at;
    let end: number;
    let next: number;
    if (this.#ending === "crlf") {
      end = text.indexOf("\r\n", start);
      next = end + 2;
    } else {
      if (this.#lf < start) this.#lf = text.indexOf("\n", start);
      end = this.#lf;
      next = end + 1;
      if (this.#cr < end) {
        if (this.#cr + 1 < end) next = this.#cr + 1;
        end = this.#cr;
        this.#findCr(next);
      }
    }
    if (end - start > this.#maxBytes) {
      this.#text = "";
      this.#notBefore = this.#base + next;
      return undefined;
    }
    this.#at = next;
    this.#start = start;
    return text.substring(start, end);
  }

  #findCr(from: number): void {
    const found = this.#text.indexOf("\r", from);
    this.#cr = found < 0 ? NOWHERE : found;
  }
}
