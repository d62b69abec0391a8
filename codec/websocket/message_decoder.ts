// This module is browser compatible.

import { BufferedDecoder } from "../buffered_decoder.ts";
import { takeMemory } from "../bytes/memory.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { LimitError, type ProtocolError } from "../errors.ts";
import { decodeClosePayload } from "./close_payload.ts";
import type { MessageInflater } from "./compression.ts";
import { broken, tooLong } from "./errors.ts";
import { decodeFrameHead, FrameHead, type FrameRules } from "./frame_head.ts";
import type { WebSocketLimits } from "./limits.ts";
import { applyMask, copyMasked, turnMask } from "./mask.ts";
import { MessageMemory } from "./message_memory.ts";
import type { WebSocketClose, WebSocketMessage } from "./messages.ts";
import { CLOSE, CONTINUATION, PING, TEXT } from "./opcodes.ts";
import { TextMessage } from "./text_message.ts";
import { Utf8Checker } from "./utf8_checker.ts";

/** What cannot be compressed grows by at most an eighth and a few bytes; its limit counts what comes out of it. */
const DEFLATE_GROWTH = 8;
const DEFLATE_BYTES = 64;

/** What a decoder's session hears of what the protocol itself answers. */
export interface DecoderOwner {
  /** A ping came, which is to be answered with these bytes. */
  onPing(bytes: Uint8Array): void;
  /** A pong came. */
  onPong(bytes: Uint8Array): void;
  /** The peer has closed: nothing more of it is decoded. */
  onClose(close: WebSocketClose): void;
}

/** How a {@linkcode MessageDecoder} decodes. */
export interface MessageDecoderOptions {
  readonly rules: FrameRules;
  readonly limits: WebSocketLimits;
  readonly inflater: MessageInflater | undefined;
  readonly owner: DecoderOwner;
}

/**
 * Decodes frames into messages (RFC 6455, 5): fragments are joined, control frames may stand between them, text is checked as it
 * comes. It refuses everything that the standard does not allow, at the first byte that tells.
 */
export class MessageDecoder extends BufferedDecoder<WebSocketMessage> {
  readonly #options: MessageDecoderOptions;
  readonly #head = new FrameHead();
  /** Bytes that are still to come of the frame that is being gathered. */
  #frameLeft = 0;
  /** The mask, as it applies to the next of them. */
  #mask = 0;
  #isFinal = false;
  /** What the message is whose fragments come; 0 where there is none. */
  #opcode = 0;
  #isCompressed = false;
  #isAscii = true;
  #fragments = 0;
  readonly #memory = new MessageMemory();
  readonly #utf8 = new Utf8Checker();
  /** Where the message begins in the stream. */
  #messageAt = 0;
  #isClosed = false;

  constructor(options: MessageDecoderOptions) {
    super();
    this.#options = options;
  }

  /** A frame or a message has begun, and is not whole. */
  override get inHead(): boolean {
    return !this.#isClosed && (this.#opcode !== 0 || super.inHead);
  }

  /** Bytes of storage held for what waits. */
  override get capacity(): number {
    return super.capacity + this.#memory.capacity;
  }

  /** What comes straight into memory would have to be unmasked and checked behind this decoder's back. */
  override room(): undefined {
    return undefined;
  }

  /** Keeps nothing of a message that never comes. */
  protected override fail(error: unknown): void {
    super.fail(error);
    this.#memory.drop();
  }

  protected override decode(buffer: ReceiveBuffer, ended: boolean): WebSocketMessage | undefined {
    for (;;) {
      if (this.#isClosed) {
        // What follows a close is nothing (RFC 6455, 5.5.1).
        buffer.skip(buffer.length);
        return undefined;
      }
      if (this.#frameLeft > 0) {
        if (!this.#gather(buffer)) {
          if (ended) throw this.cutShort("the rest of the message");
          return undefined;
        }
        const whole = this.#frameEnd(buffer);
        if (whole) return whole;
        continue;
      }
      const head = this.#head;
      if (!decodeFrameHead(buffer, { head, rules: this.#options.rules })) {
        this.#refuseLongEarly(buffer);
        if (ended && buffer.length === 0 && this.#opcode !== 0) {
          throw this.cutShort("the rest of the message");
        }
        return undefined;
      }
      if (head.isControl) {
        if (buffer.length < head.headBytes + head.payloadBytes) return undefined;
        return this.#control(buffer);
      }
      this.#requirePlace(buffer.offset);
      const message = this.#begin(buffer);
      if (message) return message;
    }
  }

  /** A length is judged as soon as it is there, before the mask behind it. */
  #refuseLongEarly(buffer: ReceiveBuffer): void {
    const { payloadBytes, isControl } = this.#head;
    if (payloadBytes < 0 || isControl) return;
    this.#requirePlace(buffer.offset);
    this.#requireSize(payloadBytes, buffer.offset);
  }

  #control(buffer: ReceiveBuffer): WebSocketMessage {
    const { opcode, headBytes, payloadBytes, mask } = this.#head;
    const { offset } = buffer;
    this.began = offset;
    buffer.skip(headBytes);
    const bytes = buffer.take(payloadBytes);
    if (mask !== 0) applyMask(bytes, { from: 0, to: payloadBytes, mask });
    const { owner } = this.#options;
    if (opcode === CLOSE) {
      const close = decodeClosePayload(bytes, offset);
      this.#isClosed = true;
      this.#memory.drop();
      owner.onClose(close);
      return close;
    }
    if (opcode === PING) owner.onPing(bytes);
    else owner.onPong(bytes);
    return { kind: opcode === PING ? "ping" : "pong", bytes };
  }

  /** Refuses a frame that has no place here, or is one too many. */
  #requirePlace(offset: number): void {
    const { opcode } = this.#head;
    if (opcode === CONTINUATION) {
      if (this.#opcode === 0) {
        throw broken("frame", {
          code: "bad-frame",
          offset,
          expected: "the beginning of a message",
          received: "a continuation",
        });
      }
      const { maxFragments } = this.#options.limits;
      if (this.#fragments >= maxFragments) {
        throw new LimitError(`Cannot decode message at offset ${this.#messageAt}`, {
          limit: "maxFragments",
          max: maxFragments,
          got: this.#fragments + 1,
          atLeast: true,
          unit: "fragments",
          offset: this.#messageAt,
        });
      }
    } else if (this.#opcode !== 0) {
      throw broken("frame", {
        code: "bad-frame",
        offset,
        expected: "a continuation of the message",
        received: "the beginning of another one",
      });
    }
  }

  #requireSize(payloadBytes: number, offset: number): void {
    const max = this.#options.limits.maxMessageBytes;
    const got = this.#memory.length + payloadBytes;
    if (got <= max) return;
    const isCompressed = this.#opcode === 0 ? this.#head.isCompressed : this.#isCompressed;
    if (isCompressed && got <= max + (max / DEFLATE_GROWTH) + DEFLATE_BYTES) return;
    throw tooLong({
      max,
      got,
      atLeast: !this.#head.isFinal,
      offset: this.#opcode === 0 ? offset : this.#messageAt,
    });
  }

  /** Begins a frame with data; returns its message where that is in one frame, and all of it is here. */
  #begin(buffer: ReceiveBuffer): WebSocketMessage | undefined {
    const { opcode, isFinal, isCompressed, headBytes, payloadBytes, mask } = this.#head;
    const { offset } = buffer;
    this.#requireSize(payloadBytes, offset);
    if (opcode !== CONTINUATION) {
      this.#messageAt = offset;
      if (isFinal && !isCompressed && buffer.length >= headBytes + payloadBytes) {
        return this.#whole(buffer);
      }
      this.#opcode = opcode;
      this.#isCompressed = isCompressed;
      this.#isAscii = true;
      this.#fragments = 0;
      this.#utf8.reset();
    }
    this.#fragments++;
    this.#isFinal = isFinal;
    this.#mask = mask;
    this.#frameLeft = payloadBytes;
    this.#memory.announce(payloadBytes, { isLast: isFinal });
    buffer.skip(headBytes);
    return payloadBytes === 0 ? this.#frameEnd(buffer) : undefined;
  }

  /** Takes a message that stands in one frame. */
  #whole(buffer: ReceiveBuffer): WebSocketMessage {
    const { opcode, headBytes, payloadBytes, mask } = this.#head;
    this.began = buffer.offset;
    buffer.skip(headBytes);
    const bytes = takeMemory(payloadBytes);
    const { storage, start } = buffer;
    const isAscii = copyMasked(storage, {
      from: start,
      into: bytes,
      at: 0,
      count: payloadBytes,
      mask,
    });
    const at = buffer.offset;
    buffer.skip(payloadBytes);
    if (opcode !== TEXT) return { kind: "binary", bytes };
    if (!isAscii) {
      this.#utf8.reset();
      this.#requireUtf8(bytes, { from: 0, to: payloadBytes, at });
      this.#requireWholeText(at + payloadBytes);
    }
    return new TextMessage(bytes, { isAscii });
  }

  /** Moves what has come of a frame into the message's memory; says whether the frame is whole. */
  #gather(buffer: ReceiveBuffer): boolean {
    const count = Math.min(buffer.length, this.#frameLeft);
    if (count === 0) return false;
    const memory = this.#memory;
    memory.reserve(count);
    const from = memory.length;
    const to = from + count;
    memory.length = to;
    const isAscii = copyMasked(buffer.storage, {
      from: buffer.start,
      into: memory.bytes,
      at: from,
      count,
      mask: this.#mask,
    });
    this.#mask = turnMask(this.#mask, count);
    const at = buffer.offset;
    buffer.skip(count);
    this.#frameLeft -= count;
    if (this.#opcode === TEXT && !this.#isCompressed && !(isAscii && this.#utf8.isWhole)) {
      this.#isAscii = false;
      this.#requireUtf8(memory.bytes, { from, to, at });
    }
    return this.#frameLeft === 0;
  }

  /** Ends a frame; returns the message where that was its last one. */
  #frameEnd(buffer: ReceiveBuffer): WebSocketMessage | undefined {
    if (!this.#isFinal) return undefined;
    const opcode = this.#opcode;
    this.#opcode = 0;
    this.began = this.#messageAt;
    let bytes = this.#memory.take();
    if (this.#isCompressed) {
      const { inflater, limits } = this.#options;
      const offset = this.#messageAt;
      // The rules allow compressed messages only where there is an inflater.
      bytes = inflater!.inflate(bytes, { maxBytes: limits.maxMessageBytes, offset });
      this.#isAscii = false;
      this.#utf8.reset();
      if (opcode === TEXT) this.#requireUtf8(bytes, { from: 0, to: bytes.length, at: offset });
    }
    if (opcode !== TEXT) return { kind: "binary", bytes };
    this.#requireWholeText(buffer.offset);
    return new TextMessage(bytes, { isAscii: this.#isAscii });
  }

  #requireUtf8(
    bytes: Uint8Array,
    { from, to, at }: { from: number; to: number; at: number },
  ): void {
    const bad = this.#utf8.check(bytes, { from, to });
    if (bad >= 0) throw badUtf8(at + bad - from, "a byte that no text has there");
  }

  #requireWholeText(offset: number): void {
    if (!this.#utf8.isWhole) throw badUtf8(offset, "an end inside a character");
  }
}

function badUtf8(offset: number, received: string): ProtocolError {
  return broken("text", { code: "bad-utf8", offset, expected: "UTF-8", received });
}
