// This module is browser compatible.

import { requireBytes, requireCodec, requireNames } from "./arguments.ts";
import { decodeUint } from "./bytes/byte_reader.ts";
import { ByteWriter } from "./bytes/byte_writer.ts";
import { type Endian, requireEndian } from "./bytes/endian.ts";
import { crc16CcittFalse, crc16Modbus, crc16Xmodem } from "./checksum/crc16.ts";
import { crc32 } from "./checksum/crc32.ts";
import { crc32c } from "./checksum/crc32c.ts";
import type { Codec } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { mapped } from "./mapped.ts";

/** The checksums that {@linkcode checksummed} knows by name. */
export type ChecksumName =
  | "crc-16/ccitt-false"
  | "crc-16/modbus"
  | "crc-16/xmodem"
  | "crc-32"
  | "crc-32c";

/** A checksum of one's own. */
export interface Checksum {
  /** How many bytes it takes behind the message, 1 to 6. */
  readonly width: number;
  /** Returns the checksum of a message, from 0 up to what `width` bytes hold. */
  readonly compute: (message: Uint8Array) => number;
}

/** How {@linkcode checksummed} adds a checksum. */
export interface ChecksummedOptions {
  /** Which checksum. @default {"crc-32c"} */
  checksum?: ChecksumName | Checksum;
  /** Its byte order. @default {"big"} */
  endian?: Endian;
}

const KNOWN: Readonly<Record<ChecksumName, Checksum>> = {
  "crc-16/ccitt-false": { width: 2, compute: crc16CcittFalse },
  "crc-16/modbus": { width: 2, compute: crc16Modbus },
  "crc-16/xmodem": { width: 2, compute: crc16Xmodem },
  "crc-32": { width: 4, compute: (message) => crc32(message) },
  "crc-32c": { width: 4, compute: (message) => crc32c(message) },
};

/**
 * Adds a checksum of each message behind it, inside the frame of `codec`: CRC-32C, big endian, unless told otherwise. It
 * refuses a message whose checksum is another one, or that is too short to have one. It detects damage, not attackers.
 *
 * ```text
 *   00 00 00 0d 31 32 33 34 35 36 37 38 39 e3 06 92 83      checksummed(lengthPrefixed())
 *   `---------' `------------------------' `---------'
 *     length           "123456789"          CRC-32C
 * ```
 *
 * Use it over a codec that counts bytes: a checksum can hold any delimiter.
 *
 * @throws {TypeError} The codec is none, the checksum or the byte order is not known, or `encode` is given no bytes.
 * @throws {RangeError} A checksum of one's own has no width from 1 to 6.
 *
 * @example
 * ```ts
 * import { checksummed, lengthPrefixed, ProtocolError } from "@parley/sockets";
 * import { assertThrows } from "@std/assert";
 *
 * const codec = checksummed(lengthPrefixed());
 * const bytes = codec.encode(new Uint8Array([1, 2, 3]));
 * bytes[5]! ^= 1;
 * const decoder = codec.decoder();
 * decoder.push(bytes);
 * assertThrows(() => decoder.next(), ProtocolError, "checksum");
 * ```
 */
export function checksummed(
  codec: Codec<Uint8Array>,
  options: ChecksummedOptions = {},
): Codec<Uint8Array> {
  requireNames(options, { what: "options of checksummed()", names: ["checksum", "endian"] });
  const { width, compute } = checksumOf(options.checksum ?? "crc-32c");
  const endian = requireEndian(options.endian ?? "big");
  return mapped<Uint8Array, Uint8Array, Uint8Array>(requireCodec(codec), {
    decode(framed, offset) {
      const length = framed.length - width;
      if (length < 0) {
        throw mismatch(`${framed.length} bytes`, {
          expected: `at least ${width} bytes of checksum`,
          offset,
        });
      }
      const message = framed.subarray(0, length);
      const computed = compute(message);
      const sent = decodeUint(framed, { at: length, width, endian });
      if (computed === sent) return message;
      throw mismatch(hex(computed, width), { expected: hex(sent, width), offset });
    },
    encode(message) {
      requireBytes(message);
      const writer = new ByteWriter(message.length + width);
      writer.bytes(message);
      writer.uint(compute(message), { width, endian });
      return writer.buffer;
    },
  });
}

function checksumOf(checksum: ChecksumName | Checksum): Checksum {
  if (typeof checksum === "string") {
    if (Object.hasOwn(KNOWN, checksum)) return KNOWN[checksum];
    const known = Object.keys(KNOWN).join(", ");
    throw new TypeError(
      `Cannot add checksum ${JSON.stringify(checksum)}: the known ones are ${known}`,
    );
  }
  const { width, compute } = checksum;
  if (typeof compute !== "function") {
    throw new TypeError("Cannot add checksum: it has no compute()");
  }
  if (Number.isInteger(width) && width >= 1 && width <= 6) return checksum;
  throw new RangeError(
    `Cannot add checksum of ${width} bytes: the width is a whole number from 1 to 6`,
  );
}

function hex(checksum: number, width: number): string {
  return checksum.toString(16).padStart(2 * width, "0");
}

function mismatch(
  received: string,
  { expected, offset }: { expected: string; offset: number },
): ProtocolError {
  return new ProtocolError(
    `Cannot accept message at offset ${offset}: its checksum should be ${expected}, got ${received}`,
    { code: "bad-checksum", side: "remote", offset, expected, received },
  );
}
