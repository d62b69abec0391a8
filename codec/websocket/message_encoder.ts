// This module is browser compatible.

import type { ByteWriter } from "../bytes/byte_writer.ts";
import { isAscii } from "../bytes/latin1_text.ts";
import { requireWellFormed } from "../text.ts";
import type { MessageDeflater } from "./compression.ts";
import { unsayable } from "./errors.ts";
import { encodeFrameHead } from "./frame_head.ts";
import { applyMask, copyMasked, maskAt } from "./mask.ts";
import type { WebSocketFragment } from "./messages.ts";
import { BINARY, CONTINUATION, FIN, MASK_BYTES, RSV1, TEXT } from "./opcodes.ts";
import { Utf8Checker } from "./utf8_checker.ts";

const encoder = new TextEncoder();
/** Text up to here is looked through for its length; a longer one is encoded first. */
const SHORT_CHARACTERS = 256;
/** Up to here a loop over the bytes is faster than a call that copies them. */
const SHORT_BYTES = 64;
/** Masks are drawn so many at a time. */
const MASKS_BYTES = 4096;

/** How a {@linkcode MessageEncoder} encodes. */
export interface MessageEncoderOptions {
  /** Fills bytes with randomness, for the masks of a client; a server has none. */
  readonly random: ((into: Uint8Array<ArrayBuffer>) => void) | undefined;
  readonly deflater: MessageDeflater | undefined;
  /** Messages below this are not compressed. */
  readonly thresholdBytes: number;
}

/** Writes messages as frames: each in one, but for those that come in fragments. */
export class MessageEncoder {
  readonly #options: MessageEncoderOptions;
  #masks: Uint8Array<ArrayBuffer> | undefined;
  #masksUsed = MASKS_BYTES;
  /** What the message is whose fragments are sent. */
  #open: "text" | "binary" | undefined;
  /** Where its text stands, which the next fragment has to go on with. */
  #utf8 = new Utf8Checker();

  constructor(options: MessageEncoderOptions) {
    this.#options = options;
  }

  /** Writes a text message. @throws {ProtocolError} It has a lone surrogate, or a message is open. */
  text(text: string, writer: ByteWriter): void {
    const { deflater } = this.#options;
    if (deflater || text.length > SHORT_CHARACTERS || !isAscii(text)) {
      requireWellFormed(text, "text");
      return this.#data(TEXT, encoder.encode(text), writer);
    }
    this.#requireNoneOpen();
    const mask = this.#mask();
    encodeFrameHead(writer, { first: FIN | TEXT, payloadBytes: text.length, mask });
    const { buffer } = writer;
    let at = writer.length;
    for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
    if (mask) applyMask(buffer, { from: writer.length, to: at, mask: maskAt(mask, 0) });
    writer.length = at;
  }

  /** Writes the bytes of a text that was checked. @throws {ProtocolError} A message is open. */
  checkedText(bytes: Uint8Array, writer: ByteWriter): void {
    this.#data(TEXT, bytes, writer);
  }

  /** Writes a binary message. @throws {ProtocolError} A message is open. */
  binary(bytes: Uint8Array, writer: ByteWriter): void {
    this.#data(BINARY, bytes, writer);
  }

  /** Writes what stands in front of a message's bytes, where these are sent as they are; says whether they can be. */
  headOf(
    kind: "text" | "binary",
    { bytes, writer }: { bytes: Uint8Array; writer: ByteWriter },
  ): boolean {
    const { deflater, thresholdBytes, random } = this.#options;
    if (random || (deflater && bytes.length >= thresholdBytes)) return false;
    this.#requireNoneOpen();
    const first = FIN | (kind === "text" ? TEXT : BINARY);
    encodeFrameHead(writer, { first, payloadBytes: bytes.length, mask: undefined });
    return true;
  }

  /** Writes a control frame. */
  control(opcode: number, payload: Uint8Array, writer: ByteWriter): void {
    this.#frame(FIN | opcode, payload, writer);
  }

  /** Writes a part of a message. @throws {ProtocolError} Another message is open, or the text is no UTF-8. */
  fragment({ of, bytes, last }: WebSocketFragment, writer: ByteWriter): void {
    if (this.#open !== undefined && this.#open !== of) {
      throw unsayable("fragment", { expected: `more of the ${this.#open} message`, received: of });
    }
    const opcode = this.#open !== undefined ? CONTINUATION : of === "text" ? TEXT : BINARY;
    if (of === "text") this.#utf8 = goneOn(this.#utf8, { bytes, last });
    this.#frame(last ? FIN | opcode : opcode, bytes, writer);
    this.#open = last ? undefined : of;
  }

  #data(opcode: number, bytes: Uint8Array, writer: ByteWriter): void {
    this.#requireNoneOpen();
    const { deflater, thresholdBytes } = this.#options;
    if (deflater && bytes.length >= thresholdBytes) {
      return this.#frame(FIN | RSV1 | opcode, deflater.deflate(bytes), writer);
    }
    this.#frame(FIN | opcode, bytes, writer);
  }

  #frame(first: number, payload: Uint8Array, writer: ByteWriter): void {
    const { length } = payload;
    const mask = this.#mask();
    encodeFrameHead(writer, { first, payloadBytes: length, mask });
    const { buffer: into, length: at } = writer;
    if (mask) copyMasked(payload, { from: 0, into, at, count: length, mask: maskAt(mask, 0) });
    else if (length > SHORT_BYTES) into.set(payload, at);
    else for (let index = 0; index < length; index++) into[at + index] = payload[index]!;
    writer.length = at + length;
  }

  #requireNoneOpen(): void {
    if (this.#open === undefined) return;
    throw unsayable("message", {
      expected: `the last fragment of the ${this.#open} message`,
      received: "another message",
    });
  }

  /** Returns a fresh mask, where this side is a client (RFC 6455, 5.3). */
  #mask(): Uint8Array | undefined {
    const { random } = this.#options;
    if (!random) return undefined;
    if (this.#masksUsed >= MASKS_BYTES) {
      random(this.#masks ??= new Uint8Array(MASKS_BYTES));
      this.#masksUsed = 0;
    }
    const at = this.#masksUsed;
    this.#masksUsed += MASK_BYTES;
    return this.#masks!.subarray(at, at + MASK_BYTES);
  }
}

/** Returns where text stands behind a fragment. @throws {ProtocolError} It cannot go on so, or not end so. */
function goneOn(
  before: Utf8Checker,
  { bytes, last }: { bytes: Uint8Array; last: boolean },
): Utf8Checker {
  // What is refused has changed nothing.
  const utf8 = before.copy();
  const isBad = utf8.check(bytes, { from: 0, to: bytes.length }) >= 0;
  if (!isBad && (!last || utf8.isWhole)) return utf8;
  throw unsayable("fragment", {
    code: "bad-utf8",
    expected: "UTF-8",
    received: isBad ? "a byte that no text has there" : "an end inside a character",
  });
}
