// This module is browser compatible.

import type { ByteWriter } from "../bytes/byte_writer.ts";
import { LimitError } from "../errors.ts";
import { requireWellFormed } from "../text.ts";
import { formatIrcMessage, isText, needsColon, requireIrcMessage } from "./format_message.ts";
import type { IrcMessage } from "./message.ts";
import { MAX_PARAMS } from "./parse_message.ts";

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const AT = 64;
const BACKSLASH = 92;
const LAST_PRINTABLE = 126;

/** How many bytes a line of ours may have, each with what ends it. */
export interface SentLimits {
  /** Of the line without its tags, with CRLF. */
  readonly maxBytes: number;
  /** Of the tags, with `@` and the space. */
  readonly maxTagBytes: number;
}

/** Writes a message as a line with CRLF; when it throws, what it wrote is to be taken back. @throws {ProtocolError} It cannot be said in IRC, or is too long. */
export function writeIrcMessage(
  message: IrcMessage,
  { writer, limits }: { writer: ByteWriter; limits: SentLimits },
): void {
  // Most messages are plain, and then nothing can be wrong with them.
  if (!writePlain(message, { writer, limits })) {
    writeLine(formatIrcMessage(message), { writer, limits });
  }
}

function writeLine(
  line: string,
  { writer, limits }: { writer: ByteWriter; limits: SentLimits },
): void {
  requireWellFormed(line, "IRC message");
  const tagEnd = line.startsWith("@") ? line.indexOf(" ") + 1 : 0;
  const tagBytes = writer.text(line.slice(0, tagEnd));
  if (tagBytes > limits.maxTagBytes) {
    throw tooLong("maxIrcSentTagBytes", { max: limits.maxTagBytes, got: tagBytes });
  }
  const bytes = writer.text(line.slice(tagEnd)) + writer.text("\r\n");
  if (bytes > limits.maxBytes) {
    throw tooLong("maxIrcSentBytes", { max: limits.maxBytes, got: bytes });
  }
}

function tooLong(limit: string, { max, got }: { max: number; got: number }): LimitError {
  return new LimitError("Cannot encode IRC message", {
    limit,
    max,
    got,
    side: "local",
    unit: "bytes",
  });
}

/**
 * Writes a message of printable ASCII; says false and has written nothing where it is not, or where anything might be wrong
 * with it.
 */
function writePlain(
  message: IrcMessage,
  { writer, limits }: { writer: ByteWriter; limits: SentLimits },
): boolean {
  if (typeof message !== "object" || message === null || !Array.isArray(message.params)) {
    requireIrcMessage(message);
  }
  const { tags, source, command, params } = message;
  const size = sizeOf(message);
  if (size === undefined || size > limits.maxBytes || params.length > MAX_PARAMS) return false;
  const start = writer.length;
  const hasPlainTags = tags === undefined ||
    writePlainTags(tags, { writer, maxBytes: limits.maxTagBytes });
  if (hasPlainTags) writer.reserve(size);
  const end = hasPlainTags ? writePlainLine({ source, command, params }, writer) : -1;
  writer.length = end < 0 ? start : end;
  return end >= 0;
}

/** Returns how many bytes the line has at most without its tags, where it is of ASCII; undefined where it is no message. */
function sizeOf({ source, command, params }: IrcMessage): number | undefined {
  if (typeof command !== "string") return undefined;
  // Each part with a space, the two colons and CRLF.
  let size = command.length + 4;
  if (source !== undefined) {
    if (typeof source !== "string") return undefined;
    size += source.length + 1;
  }
  for (const param of params) {
    if (typeof param !== "string") return undefined;
    size += param.length + 1;
  }
  return size;
}

/** Writes tags that need no escapes; says false where there are others, and what it wrote is to be taken back. */
function writePlainTags(
  tags: ReadonlyMap<string, string>,
  { writer, maxBytes }: { writer: ByteWriter; maxBytes: number },
): boolean {
  if (!(tags instanceof Map)) return false;
  if (tags.size === 0) return true;
  const start = writer.length;
  let separator = AT;
  for (const [key, value] of tags) {
    if (typeof key !== "string" || typeof value !== "string" || key === "") return false;
    // What stands around them, and the space behind the last.
    writer.reserve(key.length + value.length + 3);
    const { buffer } = writer;
    let at = writer.length;
    buffer[at++] = separator;
    separator = SEMICOLON;
    at = writeTagWord(key, { buffer, at });
    if (at >= 0 && value !== "") {
      buffer[at++] = EQUALS;
      at = writeTagWord(value, { buffer, at });
    }
    if (at < 0) return false;
    writer.length = at;
  }
  writer.buffer[writer.length++] = SPACE;
  return writer.length - start <= maxBytes;
}

/** Writes the line behind its tags into the room that there is, and returns where it ends; -1 where it is not plain. */
function writePlainLine(
  { source, command, params }: {
    source: string | undefined;
    command: string;
    params: readonly string[];
  },
  { buffer, length }: ByteWriter,
): number {
  let at = length;
  if (source !== undefined) {
    buffer[at++] = COLON;
    at = writeWord(source, { buffer, at });
    if (at < 0) return -1;
    buffer[at++] = SPACE;
  }
  const first = command.charCodeAt(0);
  if (first === COLON || first === AT) return -1;
  at = writeWord(command, { buffer, at });
  const last = params.length - 1;
  for (let index = 0; at >= 0 && index < last; index++) {
    const param = params[index]!;
    if (param.charCodeAt(0) === COLON) return -1;
    buffer[at++] = SPACE;
    at = writeWord(param, { buffer, at });
  }
  if (at < 0) return -1;
  if (last >= 0) {
    const trailing = params[last]!;
    buffer[at++] = SPACE;
    if (isText(command, last) || needsColon(trailing)) buffer[at++] = COLON;
    for (let index = 0; index < trailing.length; index++) {
      const code = trailing.charCodeAt(index);
      if (code < SPACE || code > LAST_PRINTABLE) return -1;
      buffer[at++] = code;
    }
  }
  buffer[at++] = CR;
  buffer[at++] = LF;
  return at;
}

/** Writes a word of printable ASCII and returns where it ends; -1 where it is none. */
function writeWord(word: string, { buffer, at }: { buffer: Uint8Array; at: number }): number {
  const { length } = word;
  if (length === 0) return -1;
  for (let index = 0; index < length; index++) {
    const code = word.charCodeAt(index);
    if (code <= SPACE || code > LAST_PRINTABLE) return -1;
    buffer[at + index] = code;
  }
  return at + length;
}

/** The same for a tag's key or value, in which a few characters more have a meaning. */
function writeTagWord(word: string, { buffer, at }: { buffer: Uint8Array; at: number }): number {
  for (let index = 0; index < word.length; index++) {
    const code = word.charCodeAt(index);
    if (code <= SPACE || code > LAST_PRINTABLE) return -1;
    if (code === SEMICOLON || code === EQUALS || code === BACKSLASH) return -1;
    buffer[at + index] = code;
  }
  return at + word.length;
}
