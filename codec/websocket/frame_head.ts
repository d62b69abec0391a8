// This module is browser compatible.

import type { ByteWriter } from "../bytes/byte_writer.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { broken } from "./errors.ts";
import { maskAt } from "./mask.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  MASK_BYTES,
  MASKED,
  MAX_CONTROL_BYTES,
  PING,
  PONG,
  RSV1,
  RSV23,
  TEXT,
} from "./opcodes.ts";

/** A bit for each opcode that is known. */
const KNOWN = [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG].reduce(
  (bits, one) => bits | 1 << one,
  0,
);
const TWO_BYTES = 126;
const EIGHT_BYTES = 127;

/** The head of a frame. One is used again and again: it holds until the next is decoded. */
export class FrameHead {
  opcode = 0;
  isFinal = false;
  isCompressed = false;
  /** Bytes of the head itself. */
  headBytes = 0;
  /** Bytes of the payload behind it; -1 while its length has not come. */
  payloadBytes = -1;
  /** The mask, the first byte in the lowest bits; 0 where there is none. */
  mask = 0;

  /** It is a close, a ping or a pong. */
  get isControl(): boolean {
    return this.opcode >= CLOSE;
  }
}

/** What a side allows in the heads of the other one's frames. */
export interface FrameRules {
  /** The frames are masked: they come from a client. */
  readonly masked: boolean;
  /** Messages may be compressed. */
  readonly compressed: boolean;
}

/**
 * Decodes the head at the start of `buffer` into `head`, and takes nothing out; false says that more bytes are needed.
 *
 * ```text
 *   81 85 37 fa 21 3d 7f 9f 4d 51 58      final, text; masked, 5 bytes; the mask; "Hello"
 *   82 7e 01 00 ...                       final, binary; 256 bytes
 * ```
 *
 * @throws {ProtocolError} No frame begins so (RFC 6455, 5.2).
 */
export function decodeFrameHead(
  buffer: ReceiveBuffer,
  { head, rules }: { head: FrameHead; rules: FrameRules },
): boolean {
  const { length } = buffer;
  head.payloadBytes = -1;
  if (length === 0) return false;
  const first = buffer.at(0);
  const opcode = first & 0x0f;
  requireFirst(first, { opcode, rules, offset: buffer.offset });
  if (length < 2) return false;
  const second = buffer.at(1);
  const short = second & 0x7f;
  requireSecond(second, { opcode, rules, offset: buffer.offset });
  const lengthBytes = short === TWO_BYTES ? 2 : short === EIGHT_BYTES ? 8 : 0;
  const maskAtByte = 2 + lengthBytes;
  const headBytes = maskAtByte + (rules.masked ? MASK_BYTES : 0);
  let payloadBytes = short;
  if (lengthBytes > 0) {
    if (length < maskAtByte) return false;
    payloadBytes = longLength(buffer, lengthBytes);
  }
  head.payloadBytes = payloadBytes;
  head.headBytes = headBytes;
  head.opcode = opcode;
  head.isFinal = (first & FIN) !== 0;
  head.isCompressed = (first & RSV1) !== 0;
  if (length < headBytes) return false;
  head.mask = rules.masked ? maskAt(buffer.storage, buffer.start + maskAtByte) : 0;
  return true;
}

function requireFirst(
  first: number,
  { opcode, rules, offset }: { opcode: number; rules: FrameRules; offset: number },
): void {
  if ((KNOWN >> opcode & 1) === 0) {
    throw badFrame("a known opcode", { offset, received: `${opcode}` });
  }
  if ((first & RSV23) !== 0) throw badFrame("no reserved bit", { offset, received: "one" });
  if ((first & RSV1) !== 0 && (!rules.compressed || opcode === CONTINUATION || opcode >= CLOSE)) {
    throw badFrame("no reserved bit", { offset, received: "the first one" });
  }
  if (opcode >= CLOSE && (first & FIN) === 0) {
    throw badFrame("a control frame in one piece", { offset, received: "a fragment" });
  }
}

function requireSecond(
  second: number,
  { opcode, rules, offset }: { opcode: number; rules: FrameRules; offset: number },
): void {
  const isMasked = (second & MASKED) !== 0;
  if (isMasked !== rules.masked) {
    throw badFrame(rules.masked ? "a mask from a client" : "no mask from a server", {
      offset,
      received: isMasked ? "one" : "none",
    });
  }
  if (opcode >= CLOSE && (second & 0x7f) > MAX_CONTROL_BYTES) {
    throw badFrame(`at most ${MAX_CONTROL_BYTES} bytes in a control frame`, {
      offset,
      received: "more",
    });
  }
}

function longLength(buffer: ReceiveBuffer, lengthBytes: number): number {
  const { offset } = buffer;
  if (lengthBytes === 2) {
    const length = buffer.u16(2, "big");
    if (length >= TWO_BYTES) return length;
    throw badFrame("the shortest form of a length", { offset, received: `${length} in 2 bytes` });
  }
  if (buffer.at(2) > 0x7f) {
    throw badFrame("a length below 2^63", { offset, received: "a larger one" });
  }
  // Past 2^53 it is rounded: no limit is that high but Infinity, and nobody sends so much.
  const length = buffer.uint(2, { width: 8, endian: "big" });
  if (length > 0xffff) return length;
  throw badFrame("the shortest form of a length", { offset, received: `${length} in 8 bytes` });
}

function badFrame(
  expected: string,
  { offset, received }: { offset: number; received: string },
): Error {
  return broken("frame", { code: "bad-frame", offset, expected, received });
}

/** Writes the head of a frame in front of `payloadBytes` bytes, and the mask where there is one; room for all is made. */
export function encodeFrameHead(
  writer: ByteWriter,
  { first, payloadBytes, mask }: {
    first: number;
    payloadBytes: number;
    mask: Uint8Array | undefined;
  },
): void {
  writer.reserve(14 + payloadBytes);
  const { buffer } = writer;
  let at = writer.length;
  const bit = mask ? MASKED : 0;
  buffer[at++] = first;
  if (payloadBytes < TWO_BYTES) buffer[at++] = bit | payloadBytes;
  else if (payloadBytes <= 0xffff) {
    buffer[at++] = bit | TWO_BYTES;
    buffer[at++] = payloadBytes >> 8;
    buffer[at++] = payloadBytes;
  } else {
    buffer[at++] = bit | EIGHT_BYTES;
    let high = Math.floor(payloadBytes / 2 ** 32);
    for (let shift = 24; shift >= 0; shift -= 8) buffer[at++] = high >>> shift;
    high = payloadBytes >>> 0;
    for (let shift = 24; shift >= 0; shift -= 8) buffer[at++] = high >>> shift;
  }
  if (mask) {
    for (let index = 0; index < MASK_BYTES; index++) buffer[at++] = mask[index]!;
  }
  writer.length = at;
}
