// This module is browser compatible.

import { requireBytes } from "../arguments.ts";
import { BodyDecoder, type BodyPiece } from "../body_decoder.ts";
import { BufferedDecoder } from "../buffered_decoder.ts";
import { type Codec, defineCodec } from "../codec.ts";
import { LimitError, ProtocolError } from "../errors.ts";
import { DEFAULT_CODEC_LIMITS } from "../limits.ts";
import { latin1Text } from "../bytes/latin1_text.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { escapeControls } from "../escape_controls.ts";

const MAX_SIZE = Number.MAX_SAFE_INTEGER;
const MAX_EXTENSION_CHARS = 16;
const COLON = 0x3a;
const NEWLINE = 0x0a;
const STORED = "-end-";
const ERROR_PREFIX = "error:";
/** With every character escaped its line still has less than 8 KiB. */
const MAX_MESSAGE_CHARS = 500;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What can be wrong in the simple format beside what any format can have wrong. */
export type SimpleFileErrorCode = "bad-header";

/** What stands in front of a file in the simple format; its bytes follow as the body. */
export interface SimpleFileHeader {
  /** Tells it from a piece of the body. */
  readonly type: "file";
  /** Bytes of the file, 0 to 2^53 - 1. */
  readonly size: number;
  /** What stood behind the last dot of its name: up to 16 letters and digits of ASCII, or nothing. */
  readonly extension: string;
}

/** What a receiver of the simple format answers. */
export type SimpleFileReply =
  /** So many bytes of the file have come. */
  | { readonly type: "received"; readonly bytes: number }
  /** The file is stored. */
  | { readonly type: "stored" }
  /** The file is not taken, and the connection is over. */
  | { readonly type: "error"; readonly message: string }
  /** A line that means nothing here. */
  | { readonly type: "text"; readonly text: string };

/**
 * The simple file format as its receiver speaks it: `SIZE::EXT::` and SIZE raw bytes come in, any number of times; what
 * goes out is `Received:N\n` while they come, `-end-` when the file is stored, and `error: TEXT\n`. It refuses a size
 * that is no plain decimal from 0 to 2^53 - 1 and an extension of other than up to 16 ASCII letters and digits, each at
 * the first character that cannot stand there: a header has 36 bytes at most. Of what it sends, it shows control
 * characters and leaves out what is over 500 characters.
 *
 * @throws {ProtocolError} From `encode`: a text would be taken for another reply.
 *
 * ```text
 *   32 3a 3a 74 78 74 3a 3a 68 69        2::txt::hi
 *   `' `---' `------' `---' `---'
 *   size      extension     the file "hi"
 * ```
 *
 * @example
 * ```ts
 * import { simpleFileRequests } from "@parley/sockets/simple-file";
 * import { assert } from "@std/assert";
 * const decoder = simpleFileRequests().decoder();
 * decoder.push(new TextEncoder().encode("2::txt::hi"));
 * const head = decoder.next();
 * assert(head?.type === "file" && head.size === 2 && head.extension === "txt");
 * ```
 */
export function simpleFileRequests(): Codec<SimpleFileHeader | BodyPiece, SimpleFileReply> {
  return defineCodec<SimpleFileHeader | BodyPiece, SimpleFileReply>(
    () => new RequestDecoder(),
    (reply, writer) => {
      switch (reply.type) {
        case "received":
          writer.text(`Received:${reply.bytes}\n`);
          break;
        case "stored":
          writer.text(STORED);
          break;
        case "error":
          writer.text(`${ERROR_PREFIX} ${shown(reply.message)}\n`);
          break;
        case "text":
          writer.text(`${requireText(shown(reply.text))}\n`);
      }
    },
  );
}

/**
 * The simple file format as its sender speaks it: the other way round than {@linkcode simpleFileRequests}. `-end-` is
 * found wherever it stands, also behind other text and without a newline. It refuses to send a header that the receiver
 * would refuse, and a line of more than 8 KiB from it.
 *
 * @throws {ProtocolError} From `encode`: the size or the extension cannot be said.
 *
 * @example
 * ```ts
 * import { simpleFileReplies } from "@parley/sockets/simple-file";
 * import { assert } from "@std/assert";
 * const codec = simpleFileReplies();
 * const header = codec.encode({ type: "file", size: 2, extension: "txt" });
 * assert(new TextDecoder().decode(header) === "2::txt::");
 * const decoder = codec.decoder();
 * decoder.push(new TextEncoder().encode("Received:2\n-end-"));
 * assert(decoder.next()?.type === "received" && decoder.next()?.type === "stored");
 * ```
 */
export function simpleFileReplies(): Codec<SimpleFileReply, SimpleFileHeader | BodyPiece> {
  return defineCodec<SimpleFileReply, SimpleFileHeader | BodyPiece>(
    () => new ReplyDecoder(),
    (message, writer) => {
      if (message.type === "body") return writer.bytes(requireBytes(message.bytes));
      const { size, extension } = message;
      if (!Number.isSafeInteger(size) || size < 0) {
        throw localError("size", { expected: SIZE_EXPECTED, received: String(size) });
      }
      if (!/^[A-Za-z0-9]{0,16}$/.test(extension)) {
        const received = escapeControls(extension, { maxChars: 32 });
        throw localError("extension", { expected: EXTENSION_EXPECTED, received });
      }
      writer.text(`${size}::${extension}::`);
    },
  );
}

const SIZE_EXPECTED = `a decimal from 0 to ${MAX_SIZE}`;
const EXTENSION_EXPECTED = `up to ${MAX_EXTENSION_CHARS} letters and digits`;

class RequestDecoder extends BodyDecoder<SimpleFileHeader> {
  protected override missing(): string {
    return "the rest of its header";
  }

  protected override decodeHead(buffer: ReceiveBuffer): SimpleFileHeader | undefined {
    const sizeEnd = this.#field(buffer, { what: "size", from: 0 });
    if (sizeEnd === undefined) return undefined;
    const extensionEnd = this.#field(buffer, { what: "extension", from: sizeEnd + 2 });
    if (extensionEnd === undefined) return undefined;
    const size = Number(latin1Text(buffer.view(0, sizeEnd)));
    const extension = latin1Text(buffer.view(sizeEnd + 2, extensionEnd));
    buffer.skip(extensionEnd + 2);
    this.expectBody(size);
    return { type: "file", size, extension };
  }

  /** Returns where the field that begins at `from` ends, at its "::"; undefined when that has not come yet. */
  #field(
    buffer: ReceiveBuffer,
    { what, from }: { what: "size" | "extension"; from: number },
  ): number | undefined {
    const isSound = what === "size" ? isSize : isExtension;
    for (let at = from; at < buffer.length; at++) {
      const byte = buffer.at(at);
      if (byte !== COLON) {
        if (isSound(buffer.view(from, at + 1))) continue;
        throw refused(what, { buffer, from, to: at + 1 });
      }
      if (what === "size" && at === from) throw refused(what, { buffer, from, to: at + 1 });
      if (at + 1 === buffer.length) return undefined;
      if (buffer.at(at + 1) !== COLON) throw refused(what, { buffer, from, to: at + 2 });
      return at;
    }
    return undefined;
  }
}

/** A size as far as it has come: digits without a leading zero, not over the maximum. */
function isSize(bytes: Uint8Array): boolean {
  const text = latin1Text(bytes);
  return /^(0|[1-9]\d{0,15})$/.test(text) && Number(text) <= MAX_SIZE;
}

function isExtension(bytes: Uint8Array): boolean {
  return /^[A-Za-z0-9]{0,16}$/.test(latin1Text(bytes));
}

function refused(
  what: "size" | "extension",
  { buffer, from, to }: { buffer: ReceiveBuffer; from: number; to: number },
): ProtocolError {
  const offset = buffer.offset + from;
  const expected = `${what === "size" ? SIZE_EXPECTED : EXTENSION_EXPECTED}, then "::"`;
  const received = `"${escapeControls(latin1Text(buffer.view(from, to)))}"`;
  return new ProtocolError(
    `Cannot decode ${what} at offset ${offset}: expected ${expected}, got ${received}`,
    { code: "bad-header", side: "remote", offset, expected, received },
  );
}

function localError(
  what: "size" | "extension",
  { expected, received }: { expected: string; received: string },
): ProtocolError {
  return new ProtocolError(`Cannot encode ${what}: expected ${expected}, got "${received}"`, {
    code: "bad-header",
    side: "local",
    offset: 0,
    expected,
    received,
  });
}

class ReplyDecoder extends BufferedDecoder<SimpleFileReply> {
  /** How far the buffer was looked at without an end. */
  #searched = 0;

  protected override missing(): string {
    return `"${STORED}" or the end of its line`;
  }

  protected override decode(buffer: ReceiveBuffer): SimpleFileReply | undefined {
    const newline = buffer.indexOf(NEWLINE, this.#searched);
    const lineEnd = newline < 0 ? buffer.length : newline;
    // What an error says may hold anything.
    const marker = startsWith(buffer, ERROR_PREFIX) ? -1 : this.#marker(buffer, lineEnd);
    const max = DEFAULT_CODEC_LIMITS.maxLineBytes;
    // One that ends behind the limit shows too late when the bytes come one by one, so it never counts.
    if (marker >= 0 && marker + STORED.length <= max + 1) {
      buffer.skip(marker + STORED.length);
      this.#searched = 0;
      return { type: "stored" };
    }
    if (lineEnd > max) {
      throw new LimitError("Cannot decode line", {
        limit: "maxLineBytes",
        max,
        // However the bytes were cut, the first one too many is where it shows.
        got: max + 1,
        atLeast: true,
        unit: "bytes",
        offset: buffer.offset,
      });
    }
    if (newline < 0) {
      this.#searched = Math.max(0, buffer.length - STORED.length + 1);
      return undefined;
    }
    const line = decoder.decode(buffer.view(0, newline)).replace(/\r$/, "");
    buffer.skip(newline + 1);
    this.#searched = 0;
    return replyOf(line);
  }

  #marker(buffer: ReceiveBuffer, to: number): number {
    // What stands behind the line is not searched: the next lines would search it again.
    const line = buffer.view(0, to);
    const dash = STORED.charCodeAt(0);
    let at = line.indexOf(dash, this.#searched);
    while (at >= 0 && at + STORED.length <= to) {
      if (latin1Text(line.subarray(at, at + STORED.length)) === STORED) return at;
      at = line.indexOf(dash, at + 1);
    }
    return -1;
  }
}

function shown(text: string): string {
  return escapeControls(text, { maxChars: MAX_MESSAGE_CHARS });
}

/** Returns a line that its reader takes for nothing else. @throws {ProtocolError} It would mean something. */
function requireText(line: string): string {
  if (!line.includes(STORED) && replyOf(line).type === "text") return line;
  throw new ProtocolError(`Cannot encode text: expected a line without meaning, got "${line}"`, {
    code: "bad-message",
    side: "local",
    offset: 0,
    expected: "a line without meaning",
    received: line,
  });
}

function startsWith(buffer: ReceiveBuffer, text: string): boolean {
  return buffer.length >= text.length && latin1Text(buffer.view(0, text.length)) === text;
}

function replyOf(line: string): SimpleFileReply {
  const [, count] = /^Received:(\d{1,16})$/.exec(line) ?? [];
  if (count !== undefined && Number(count) <= MAX_SIZE) {
    return { type: "received", bytes: Number(count) };
  }
  if (!line.startsWith(ERROR_PREFIX)) return { type: "text", text: line };
  return { type: "error", message: line.slice(ERROR_PREFIX.length).trim() };
}
