// This module is browser compatible.

import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { lenientText } from "./line_text.ts";
import { type IrcMessage, ircMessage } from "./message.ts";
import { MAX_PARAMS, parseCleanLine, upperCase } from "./parse_message.ts";
import { parseTags } from "./tags.ts";

const NUL = 0;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const AT = 64;

/**
 * How many bytes of lines are decoded in one call: fewer calls, and a message that is kept keeps no more than this of its
 * neighbours (an engine may store a substring as a view of the whole).
 */
const BATCH_BYTES = 8192;

/**
 * Reads several whole lines of ASCII: all of them become text in one call, and then each is cut by its bytes, which are looked
 * at once.
 */
export class AsciiLines {
  /** Bytes of the line that was read last, without its ending. */
  lineBytes = 0;
  /** Bytes of its tags, with `@` and the space; those of a line of tags alone count with a space. */
  tagBytes = 0;
  #text = "";
  /** Where in the stream the text begins and ends. */
  #from = 0;
  #to = 0;
  /** From the first byte that waits up to this position in the stream no line ends with LF. */
  #noLfBefore = 0;
  /** Before this position in the stream lines are not all of ASCII. */
  #notBefore = 0;

  /** Says whether `read` can read the line that `buffer` begins with. */
  isReady(buffer: ReceiveBuffer): boolean {
    return buffer.offset < this.#to || this.#fill(buffer);
  }

  /** Cuts the line that `buffer` begins with into a message, undefined where there is none in it. It takes no bytes. */
  read(buffer: ReceiveBuffer): IrcMessage | undefined {
    const { storage: bytes, start } = buffer;
    const text = this.#text;
    // Where in the storage the text begins.
    const base = start - (buffer.offset - this.#from);
    this.tagBytes = 0;
    let at = afterSpaces(bytes, start);
    let tags: ReadonlyMap<string, string> | undefined;
    if (bytes[at] === AT) {
      const from = at + 1;
      at = wordEnd(bytes, from);
      if (bytes[at] !== SPACE) return this.#readOdd(buffer, base);
      if (from === start + 1) this.tagBytes = at + 1 - start;
      tags = parseTags(text.slice(from - base, at - base));
      at = afterSpaces(bytes, at);
    }
    let source = "";
    if (bytes[at] === COLON) {
      const from = at + 1;
      at = wordEnd(bytes, from);
      if (bytes[at] !== SPACE) return this.#readOdd(buffer, base);
      source = text.slice(from - base, at - base);
      at = afterSpaces(bytes, at);
    }
    const first = bytes[at];
    const from = at;
    at = wordEnd(bytes, at);
    if (at === from || first === COLON || first === AT) return this.#readOdd(buffer, base);
    const command = upperCase(text.slice(from - base, at - base));
    const params: string[] = [];
    while (bytes[at] === SPACE) {
      at = afterSpaces(bytes, at);
      const byte = bytes[at];
      if (byte === CR || byte === LF) break;
      const isColon = byte === COLON;
      const isLast = isColon || params.length === MAX_PARAMS - 1;
      const from = isColon ? at + 1 : at;
      at = isLast ? textEnd(bytes, from) : wordEnd(bytes, at);
      params.push(text.slice(from - base, at - base));
      if (isLast) break;
    }
    if (bytes[at] === NUL) return this.#readOdd(buffer, base);
    this.lineBytes = at - start;
    return ircMessage({ tags, source, command, params });
  }

  /** Reads a line in which something is odd, a NUL or nothing, in a second look. */
  #readOdd(buffer: ReceiveBuffer, base: number): IrcMessage | undefined {
    const { storage: bytes, start } = buffer;
    let at = start;
    while (bytes[at] !== LF && bytes[at] !== CR) at++;
    this.lineBytes = at - start;
    const line = this.#text.slice(start - base, at - base);
    if (bytes[start] === AT) {
      const space = line.indexOf(" ");
      this.tagBytes = (space < 0 ? line.length : space) + 1;
    }
    return parseCleanLine(line.replaceAll("\0", ""));
  }

  /** Keeps nothing for a connection that says nothing more. */
  forget(): void {
    this.#text = "";
    this.#to = 0;
  }

  #fill(buffer: ReceiveBuffer): boolean {
    this.forget();
    const { offset } = buffer;
    if (offset < this.#notBefore) return false;
    const size = Math.min(buffer.length, BATCH_BYTES);
    const last = buffer.lastIndexOf(LF, { from: Math.max(0, this.#noLfBefore - offset), to: size });
    if (last < 0) {
      this.#noLfBefore = offset + size;
      return false;
    }
    const text = lenientText(buffer.view(0, last + 1));
    // Only of ASCII each byte is one character, and what is no UTF-8 shows.
    if (text.length !== last + 1 || text.includes("\ufffd")) {
      this.#notBefore = offset + size;
      return false;
    }
    this.#text = text;
    this.#from = offset;
    this.#to = offset + last + 1;
    return true;
  }
}

function afterSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at++;
  return at;
}

/** Returns where a word ends. The text ends with LF, so there is an end. */
function wordEnd(bytes: Uint8Array, from: number): number {
  for (let at = from;; at++) {
    const byte = bytes[at]!;
    if (byte <= SPACE && (byte === SPACE || byte === CR || byte === LF || byte === NUL)) return at;
  }
}

/** Returns where the line ends, or a NUL stands in it. */
function textEnd(bytes: Uint8Array, from: number): number {
  for (let at = from;; at++) {
    const byte = bytes[at]!;
    if (byte <= CR && (byte === CR || byte === LF || byte === NUL)) return at;
  }
}
