import { latin1Text } from "../../codec/bytes/latin1_text.ts";
import { ReceiveBuffer } from "../../codec/bytes/receive_buffer.ts";
import { requireLimit } from "../../codec/limits.ts";
import { isTlsRecord } from "../../codec/other_protocols.ts";

/**
 * Why no more of a head was read: its empty line came (`whole`), the stream ended (`closed`), there was too much of it
 * (`limit`), what came is no head at all (`other`), its time ran out (`late`), or the connection broke (`lost`).
 */
export type HeadEnd = "whole" | "closed" | "limit" | "other" | "late" | "lost";

/** The bytes of a head as they came. */
export interface RawHead {
  /** All of them, with the empty line. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Why there are no more. */
  readonly end: HeadEnd;
}

/** What a head may have. */
export interface HeadReaderOptions {
  /** Bytes of a head. @default {65536} */
  readonly maxHeadBytes?: number;
}

/** Bytes of one head, where nobody says otherwise. */
export const DEFAULT_MAX_HEAD_BYTES = 65_536;
/** Bytes without a line ending that may still be the first line of a head, where they do not begin as one. */
const MAX_UNKNOWN_BYTES = 512;
/** Bytes that are kept of what is no head. */
const MAX_OTHER_BYTES = 1024;
/** The frame that an HTTP/2 server begins with (RFC 9113, 3.4): its header has so many bytes. */
const HTTP2_FRAME_BYTES = 9;
const HTTP2_SETTINGS = 4;

const LF = 10;
const CR = 13;

/**
 * Takes the bytes of an answer, however they were cut, and gives one head after another, be they ever so broken. It gives up
 * where they are too large, or where what came is surely none.
 *
 * @example
 * ```ts
 * import { HeadReader } from "@parley/sockets/headers";
 * import { assert } from "@std/assert";
 * const reader = new HeadReader();
 * reader.push(new TextEncoder().encode("HTTP/1.1 200 OK\r\n"));
 * assert(reader.next() === undefined);
 * reader.push(new TextEncoder().encode("\r\nbody"));
 * assert(reader.next()?.end === "whole" && reader.rest().length === 4);
 * ```
 */
export class HeadReader {
  readonly #maxHeadBytes: number;
  readonly #buffer = new ReceiveBuffer();
  /** Up to here no head ends. */
  #scanned = 0;
  #lineStart = 0;
  /** Where the first line that says something begins; -1 where none has come. */
  #firstStart = -1;
  #hasEnded = false;

  /** Makes one for an answer. @throws {RangeError} `maxHeadBytes` is no limit. */
  constructor({ maxHeadBytes = DEFAULT_MAX_HEAD_BYTES }: HeadReaderOptions = {}) {
    this.#maxHeadBytes = requireLimit("maxHeadBytes", maxHeadBytes);
  }

  /** Takes bytes that arrived. */
  push(chunk: Uint8Array): void {
    this.#buffer.push(chunk);
    // The chunk may change from here on.
    this.#buffer.settle();
  }

  /** Takes note that no more will come. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Returns the next head; undefined where more bytes are needed, or where none came before the end. */
  next(): RawHead | undefined {
    const buffer = this.#buffer;
    const limit = Math.min(buffer.length, this.#maxHeadBytes);
    while (this.#scanned < limit) {
      const at = buffer.indexOf(LF, this.#scanned);
      if (at < 0 || at >= limit) {
        this.#scanned = limit;
        break;
      }
      this.#scanned = at + 1;
      const isEmpty = at - this.#lineStart === (at > 0 && buffer.at(at - 1) === CR ? 1 : 0);
      if (isEmpty && this.#firstStart >= 0) return this.#take(at + 1, "whole");
      if (!isEmpty && this.#firstStart < 0) {
        this.#firstStart = this.#lineStart;
        if (!beginsHead(buffer.view(this.#lineStart, at))) return this.takeAll("other");
      }
      this.#lineStart = at + 1;
    }
    if (this.#firstStart < 0 && this.#isOther()) return this.takeAll("other");
    if (buffer.length >= this.#maxHeadBytes) return this.#take(this.#maxHeadBytes, "limit");
    return this.#hasEnded && buffer.length > 0 ? this.takeAll("closed") : undefined;
  }

  /** Returns what came so far as all of a head, and why there is no more. */
  takeAll(end: Exclude<HeadEnd, "whole">): RawHead {
    const most = end === "other" ? MAX_OTHER_BYTES : this.#maxHeadBytes;
    return this.#take(Math.min(this.#buffer.length, most), end);
  }

  /** Returns the bytes behind the last head, and forgets them. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#take(this.#buffer.length, "other").bytes;
  }

  /** Bytes that belong to no head yet. */
  get waitingBytes(): number {
    return this.#buffer.length;
  }

  /** Says whether what came, which is no whole line, is surely no head. */
  #isOther(): boolean {
    const came = this.#buffer.view(this.#lineStart);
    if (isTlsRecord(came)) return true;
    const streamIsZero = came.subarray(5, HTTP2_FRAME_BYTES).every((byte) => byte === 0);
    if (came.length >= HTTP2_FRAME_BYTES && came[3] === HTTP2_SETTINGS && streamIsZero) return true;
    return came.length > MAX_UNKNOWN_BYTES && !beginsHead(came.subarray(0, MAX_UNKNOWN_BYTES));
  }

  #take(count: number, end: HeadEnd): RawHead {
    const bytes = this.#buffer.take(count);
    this.#scanned = 0;
    this.#lineStart = 0;
    this.#firstStart = -1;
    return { bytes, end };
  }
}

/** A status line in whatever form, or a field where one should be. */
const BEGINS_HEAD = /^[ \t]*(?:HTTP|ICY )|^[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+[ \t]*:/i;
/** A status code without a version; with these, servers of SMTP and FTP begin. */
const BEGINS_WITH_CODE = /^(?!120|220|421|554)[1-5]\d\d(?:[ \r]|$)/;

/** Says whether a first line is one of a head, be it ever so broken. */
function beginsHead(line: Uint8Array): boolean {
  const text = latin1Text(line.subarray(0, MAX_UNKNOWN_BYTES));
  return BEGINS_HEAD.test(text) || BEGINS_WITH_CODE.test(text);
}
