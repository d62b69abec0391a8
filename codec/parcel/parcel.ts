// This module is browser compatible.

import { BodyDecoder, type BodyPiece } from "../body_decoder.ts";
import { requireBytes } from "../arguments.ts";
import { requireBody } from "../body.ts";
import { ByteReader } from "../bytes/byte_reader.ts";
import { ByteWriter } from "../bytes/byte_writer.ts";
import { latin1Text } from "../bytes/latin1_text.ts";
import { type Codec, defineCodec } from "../codec.ts";
import { crc32c } from "../checksum/crc32c.ts";
import { ProtocolError, type ProtocolErrorSide } from "../errors.ts";
import {
  controlOf,
  PARCEL_TYPES,
  type ParcelControl,
  type ParcelDataHead,
  parcelTypeOf,
} from "./messages.ts";
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { escapeControls } from "../escape_controls.ts";

/** What each side sends first: the name and the version of the format. */
export const PARCEL_MAGIC = "PARCEL/2\n";
/** The byte that only this format begins with; the simple format begins with a digit. */
export const PARCEL_FIRST_BYTE: number = PARCEL_MAGIC.charCodeAt(0);
/** The largest block of a file. */
export const MAX_BLOCK_BYTES = 1024 * 1024;
/** The largest payload of any other frame. */
export const MAX_CONTROL_BYTES = 16 * 1024;

const HEAD_BYTES = 9;
const DATA_FIELD_BYTES = 16;
/** Bytes in front of a block: the frame's head, and what the block is. */
export const DATA_HEAD_BYTES: number = HEAD_BYTES + DATA_FIELD_BYTES;

const magic = new TextEncoder().encode(PARCEL_MAGIC);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What can be wrong in the parcel format beside what any format can have wrong. */
export type ParcelErrorCode = "bad-compression" | "unknown-type";

/** A block of a file as it is sent. */
export interface ParcelData {
  /** Tells it from the other messages. */
  readonly type: "data";
  /** The file. */
  readonly id: number;
  /** Where the block stands in the file. */
  readonly offset: number;
  /** Bytes of the block once it is inflated; 0 for one that is not compressed. */
  readonly rawBytes: number;
  /** The block. */
  readonly bytes: Uint8Array;
}

/** What stands at the beginning of each direction. */
export interface ParcelMagic {
  /** Tells it from the other messages. */
  readonly type: "magic";
}

/** What a decoder gives: a block's head is followed by the block, in pieces, or past `next`. */
export type ParcelMessage = ParcelMagic | ParcelControl | ParcelDataHead | BodyPiece;
/** What can be sent. */
export type ParcelOutgoing = ParcelMagic | ParcelControl | ParcelData;

/**
 * The parcel format: any number of files over one connection, with digests and resumption; docs/parcel.md describes
 * every byte. Each direction begins with `PARCEL/2\n`; then come frames of a type, a length and a CRC-32C over all of
 * the frame but itself and a block: that is covered by its file's digest. It refuses another beginning or version,
 * unknown types, payloads over 16 KiB and blocks over 1 MiB (from the head, before they are waited for), empty blocks,
 * frames whose checksum is wrong, and messages that miss a field.
 *
 * ```text
 *   0e 00 00 00 02 17 80 fe 0a 7b 7d      bye
 *   |  `---------' `---------' `---'
 *   type  length     CRC-32C   payload "{}"
 * ```
 *
 * @example
 * ```ts
 * import { parcel } from "@parley/sockets/parcel";
 * import { assert } from "@std/assert";
 * const decoder = parcel().decoder();
 * decoder.push(parcel().encode({ type: "magic" }));
 * decoder.push(parcel().encode({ type: "start", id: 1, offset: 0 }));
 * assert(decoder.next()?.type === "magic" && decoder.next()?.type === "start");
 * ```
 */
export function parcel(): Codec<ParcelMessage, ParcelOutgoing> {
  return defineCodec<ParcelMessage, ParcelOutgoing>(
    () => new ParcelDecoder(),
    (message, writer) => {
      if (message.type === "magic") return writer.bytes(magic);
      const start = writer.length;
      if (message.type === "data") {
        requireBytes(message.bytes);
        requireSizes({ ...message, bodyBytes: message.bytes.length }, { side: "local", offset: 0 });
        writer.reserve(DATA_HEAD_BYTES + message.bytes.length);
        writer.length = start + DATA_HEAD_BYTES;
        writer.bytes(message.bytes);
        sealBlock(writer.buffer.subarray(start, writer.length), message);
        return;
      }
      const { type, ...fields } = requireControl(message);
      const payload = encoder.encode(JSON.stringify(fields));
      requireBody(payload.length, { max: MAX_CONTROL_BYTES, side: "local" });
      writeHead(writer, PARCEL_TYPES[type], payload.length);
      writer.bytes(payload);
      sealFrame(writer.buffer.subarray(start, writer.length));
    },
  );
}

/**
 * Makes a whole frame of a block that stands in `frame` behind {@linkcode DATA_HEAD_BYTES} free bytes: for who reads
 * blocks into place and wants no copy.
 *
 * @throws {ProtocolError} The block is empty, or it or `rawBytes` is over 1 MiB.
 * @throws {RangeError} Another number does not fit its field.
 */
export function sealBlock(
  frame: Uint8Array,
  { id, offset, rawBytes }: Pick<ParcelData, "id" | "offset" | "rawBytes">,
): void {
  const bodyBytes = frame.length - DATA_HEAD_BYTES;
  requireSizes({ bodyBytes, rawBytes }, { side: "local", offset: 0 });
  const writer = new ByteWriter(DATA_HEAD_BYTES);
  writeHead(writer, PARCEL_TYPES.data, frame.length - HEAD_BYTES);
  writer.u32(id, "big");
  writer.uint(offset, { width: 8, endian: "big" });
  writer.u32(rawBytes, "big");
  const head = writer.buffer.subarray(0, DATA_HEAD_BYTES);
  sealFrame(head);
  frame.set(head);
}

/** Writes the head with an empty checksum. */
function writeHead(writer: ByteWriter, type: number, length: number): void {
  writer.u8(type);
  writer.u32(length, "big");
  writer.u32(0, "big");
}

/** Writes the checksum of all that `covered` holds of a frame. */
function sealFrame(covered: Uint8Array): void {
  new DataView(covered.buffer, covered.byteOffset).setUint32(5, checksumOf(covered));
}

function checksumOf(covered: Uint8Array): number {
  return crc32c(covered.subarray(HEAD_BYTES), crc32c(covered.subarray(0, 5)));
}

class ParcelDecoder extends BodyDecoder<ParcelMagic | ParcelControl | ParcelDataHead> {
  #hasMagic = false;

  protected override missing(buffer: ReceiveBuffer): string {
    if (!this.#hasMagic) return `the rest of "${escapeControls(PARCEL_MAGIC)}"`;
    return buffer.length < HEAD_BYTES ? `the ${HEAD_BYTES} bytes of its head` : "its payload";
  }

  protected override decodeHead(
    buffer: ReceiveBuffer,
  ): ParcelMagic | ParcelControl | ParcelDataHead | undefined {
    if (!this.#hasMagic) return this.#takeMagic(buffer);
    if (buffer.length === 0) return undefined;
    const { offset } = buffer;
    const type = parcelTypeOf(buffer.at(0));
    if (type === undefined) throw unknownType(buffer.at(0), offset);
    if (buffer.length < HEAD_BYTES) return undefined;
    const head = new ByteReader(buffer.view(0, HEAD_BYTES));
    head.u8();
    const length = head.u32("big");
    const crc = head.u32("big");
    if (type === "data") return this.#takeDataHead(buffer, { length, crc });
    requireBody(length, { max: MAX_CONTROL_BYTES, offset });
    const total = HEAD_BYTES + length;
    if (buffer.length < total) {
      buffer.expect(total);
      return undefined;
    }
    const frame = buffer.view(0, total);
    requireChecksum(frame, { expected: crc, offset });
    const message = decodeControl(type, { payload: frame.subarray(HEAD_BYTES), offset });
    buffer.skip(total);
    return message;
  }

  #takeMagic(buffer: ReceiveBuffer): ParcelMagic | undefined {
    const length = Math.min(buffer.length, magic.length);
    for (let at = 0; at < length; at++) {
      if (buffer.at(at) === magic[at]) continue;
      throw badMagic(buffer.view(0, at + 1));
    }
    if (length < magic.length) return undefined;
    buffer.skip(magic.length);
    this.#hasMagic = true;
    return { type: "magic" };
  }

  #takeDataHead(
    buffer: ReceiveBuffer,
    { length, crc }: { length: number; crc: number },
  ): ParcelDataHead | undefined {
    const { offset: frameOffset } = buffer;
    const bodyBytes = length - DATA_FIELD_BYTES;
    requireSizes({ bodyBytes, rawBytes: 0 }, { side: "remote", offset: frameOffset });
    if (buffer.length < DATA_HEAD_BYTES) return undefined;
    const frameHead = buffer.view(0, DATA_HEAD_BYTES);
    requireChecksum(frameHead, { expected: crc, offset: frameOffset });
    const fields = new ByteReader(frameHead.subarray(HEAD_BYTES));
    const id = fields.u32("big");
    const offset = fields.u64("big");
    const rawBytes = fields.u32("big");
    if (offset > Number.MAX_SAFE_INTEGER) {
      throw badBlock(`${offset}`, {
        what: "offset",
        expected: "at most 2^53 - 1",
        side: "remote",
        offset: frameOffset,
      });
    }
    requireSizes({ bodyBytes, rawBytes }, { side: "remote", offset: frameOffset });
    buffer.skip(DATA_HEAD_BYTES);
    this.expectBody(bodyBytes);
    return { type: "data", id, offset: Number(offset), rawBytes, bodyBytes };
  }
}

function decodeControl(
  type: ParcelControl["type"],
  { payload, offset }: { payload: Uint8Array; offset: number },
): ParcelControl {
  let problem = "its payload is no UTF-8";
  try {
    const text = decoder.decode(payload);
    problem = "its payload is no JSON";
    const value: unknown = JSON.parse(text);
    problem = "";
    return controlOf(type, value);
  } catch (cause) {
    throw badControl(type, { side: "remote", offset, problem, cause });
  }
}

/** Returns what will be sent of a message. @throws {ProtocolError} The peer would refuse it. */
function requireControl(message: ParcelControl): ParcelControl {
  try {
    return controlOf(message.type, message);
  } catch (cause) {
    throw badControl(message.type, { side: "local", offset: 0, problem: "", cause });
  }
}

/** Makes the error about a message; without a `problem` of its own it says what `cause` says of a field. */
function badControl(
  type: ParcelControl["type"],
  { problem, cause, ...where }: {
    problem: string;
    cause: unknown;
    side: ProtocolErrorSide;
    offset: number;
  },
): ProtocolError {
  const received = problem || (cause instanceof Error ? cause.message : String(cause));
  return new ProtocolError(`${tried(type, where)}: ${received}`, {
    code: "bad-message",
    ...where,
    expected: `the fields of ${type}`,
    received,
    cause,
  });
}

function tried(
  what: string,
  { side, offset }: { side: ProtocolErrorSide; offset: number },
): string {
  return side === "local" ? `Cannot encode ${what}` : `Cannot decode ${what} at offset ${offset}`;
}

function requireSizes(
  { bodyBytes, rawBytes }: { bodyBytes: number; rawBytes: number },
  where: { side: ProtocolErrorSide; offset: number },
): void {
  if (bodyBytes < 1) {
    const expected = `at least ${DATA_FIELD_BYTES + 1}`;
    throw badBlock(`${bodyBytes + DATA_FIELD_BYTES}`, { what: "length", expected, ...where });
  }
  for (const bytes of [bodyBytes, rawBytes]) requireBody(bytes, { max: MAX_BLOCK_BYTES, ...where });
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}

function requireChecksum(
  covered: Uint8Array,
  { expected, offset }: { expected: number; offset: number },
): void {
  const computed = checksumOf(covered);
  if (computed === expected) return;
  const wanted = hex(expected);
  const received = hex(computed);
  throw new ProtocolError(
    `Cannot accept frame at offset ${offset}: its checksum should be ${wanted}, got ${received}`,
    { code: "bad-checksum", side: "remote", offset, expected: wanted, received },
  );
}

function unknownType(type: number, offset: number): ProtocolError {
  const received = `0x${type.toString(16).padStart(2, "0")}`;
  return new ProtocolError(
    `Cannot decode frame at offset ${offset}: there is no type ${received}`,
    {
      code: "unknown-type",
      side: "remote",
      offset,
      expected: "a type from 0x01 to 0x11",
      received,
    },
  );
}

function badBlock(
  received: string,
  { what, expected, ...where }: {
    what: string;
    expected: string;
    side: ProtocolErrorSide;
    offset: number;
  },
): ProtocolError {
  return new ProtocolError(
    `${tried("data", where)}: its ${what} should be ${expected}, got ${received}`,
    { code: "bad-length", ...where, expected, received },
  );
}

function badMagic(bytes: Uint8Array): ProtocolError {
  const expected = `"${escapeControls(PARCEL_MAGIC)}"`;
  const received = `"${escapeControls(latin1Text(bytes))}"`;
  return new ProtocolError(
    `Cannot speak parcel: the peer should begin with ${expected}, got ${received}`,
    {
      code: "bad-magic",
      side: "remote",
      offset: 0,
      expected,
      received,
    },
  );
}
