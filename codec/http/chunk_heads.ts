// This module is browser compatible.

import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { LimitError, type ProtocolError } from "../errors.ts";
import { broken, octetName } from "./errors.ts";
import { CR, CRLF_BYTES, hexDigit, isBlank, LF, VALUE } from "./octets.ts";

const SEMICOLON = 59;
/** A size has no more digits, leading zeros included; 2^53 has 14. */
const MAX_DIGITS = 16;

/**
 * Takes the lines that stand in front of the chunks of one body (RFC 9112, 7.1), and the CRLF behind each chunk.
 *
 * ```text
 *   35 3b 61 3d 62 0d 0a   68 65 6c 6c 6f 0d 0a   30 0d 0a 0d 0a      "5;a=b" CRLF "hello" CRLF "0" CRLF CRLF
 *   `-------------------'   `-------------------'   `-------------'
 *    size and extensions      data                  last chunk, no trailers
 * ```
 */
export class ChunkHeads {
  readonly #maxExtensionBytes: number;
  #extensionBytes = 0;
  /** Data stands in front of the next line. */
  #isBehindData = false;
  #searched = 0;

  constructor({ maxChunkExtensionBytes }: { maxChunkExtensionBytes: number }) {
    this.#maxExtensionBytes = maxChunkExtensionBytes;
  }

  /**
   * Takes the line of the next chunk out of `buffer` and returns how many bytes the chunk has, 0 for the last one, or
   * undefined when more bytes are needed.
   *
   * @throws {ProtocolError} It is none, or extends too much.
   */
  take(buffer: ReceiveBuffer): number | undefined {
    if (this.#isBehindData && !this.#skipEnding(buffer)) return undefined;
    const lf = buffer.indexOf(LF, this.#searched);
    const lineBytes = lf < 0 ? buffer.length - 1 : lf - 1;
    this.#requireShort(lineBytes, buffer.offset);
    if (lf < 0) {
      this.#searched = buffer.length;
      return undefined;
    }
    const size = this.#size(buffer, lineBytes);
    buffer.skip(lf + 1);
    this.#searched = 0;
    this.#isBehindData = true;
    return size;
  }

  #skipEnding(buffer: ReceiveBuffer): boolean {
    if (buffer.length > 0) this.#expect(buffer, { at: 0, byte: CR });
    if (buffer.length < CRLF_BYTES) return false;
    this.#expect(buffer, { at: 1, byte: LF });
    buffer.skip(CRLF_BYTES);
    this.#isBehindData = false;
    return true;
  }

  #expect(buffer: ReceiveBuffer, { at, byte }: { at: number; byte: number }): void {
    if (buffer.at(at) === byte) return;
    throw badChunk("CRLF behind the data of a chunk", {
      offset: buffer.offset + at,
      received: octetName(buffer.at(at)),
    });
  }

  #requireShort(lineBytes: number, offset: number): void {
    const max = this.#maxExtensionBytes;
    if (this.#extensionBytes + lineBytes - MAX_DIGITS <= max) return;
    throw new LimitError(`Cannot decode chunk at offset ${offset}`, {
      limit: "maxChunkExtensionBytes",
      max,
      got: max + 1,
      atLeast: true,
      unit: "bytes",
      offset,
    });
  }

  #size(buffer: ReceiveBuffer, lineBytes: number): number {
    const { offset } = buffer;
    if (lineBytes < 0 || buffer.at(lineBytes) !== CR) {
      throw badChunk("CRLF at the end of a chunk's size", {
        offset: offset + lineBytes + 1,
        received: "a bare LF",
      });
    }
    let size = 0;
    let at = 0;
    for (; at < lineBytes; at++) {
      const digit = hexDigit(buffer.at(at));
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (at === 0) {
      throw badChunk("a chunk's size in hexadecimal digits", {
        offset,
        received: lineBytes === 0 ? "an empty line" : octetName(buffer.at(0)),
      });
    }
    if (at > MAX_DIGITS || size > Number.MAX_SAFE_INTEGER) {
      throw badChunk("a chunk's size below 2^53", { offset, received: `${at} digits` });
    }
    this.#extension(buffer, { from: at, to: lineBytes });
    return size;
  }

  /** What an extension says is nothing to us; that it holds no control is, since others may end the line there. */
  #extension(buffer: ReceiveBuffer, { from, to }: { from: number; to: number }): void {
    this.#extensionBytes += to - from;
    let first = from;
    while (first < to && isBlank(buffer.at(first))) first++;
    if (from < to && buffer.at(first) !== SEMICOLON) {
      throw badChunk('";" or CRLF behind a chunk\'s size', {
        offset: buffer.offset + from,
        received: octetName(buffer.at(from)),
      });
    }
    for (let at = first; at < to; at++) {
      if (VALUE[buffer.at(at)] === 0) {
        throw badChunk("no control in a chunk's extension", {
          offset: buffer.offset + at,
          received: octetName(buffer.at(at)),
        });
      }
    }
  }
}

function badChunk(
  expected: string,
  { offset, received }: { offset: number; received: string },
): ProtocolError {
  return broken("chunk", { code: "bad-chunk", offset, expected, received });
}
