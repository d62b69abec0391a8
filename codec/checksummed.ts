// This module is browser compatible.

import { decodeUint } from "./bytes/byte_reader.ts";
import { ByteWriter } from "./bytes/byte_writer.ts";
import type { Codec } from "./codec.ts";
import { crc32c } from "./checksum/crc32c.ts";
import { ProtocolError } from "./errors.ts";
import { mapped } from "./mapped.ts";

const TRAILER_BYTES = 4;

/**
 * Adds a CRC-32C of each message behind it, big endian, inside the frame of `codec`. It refuses a message whose
 * checksum is another one, or that is too short to have one. It detects damage, not attackers.
 *
 * ```text
 *   00 00 00 0d 31 32 33 34 35 36 37 38 39 e3 06 92 83      checksummed(lengthPrefixed())
 *   `---------' `------------------------' `---------'
 *     length           "123456789"          CRC-32C
 * ```
 *
 * Use it over a codec that counts bytes: a checksum can hold any delimiter.
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
export function checksummed(codec: Codec<Uint8Array>): Codec<Uint8Array> {
  return mapped<Uint8Array, Uint8Array, Uint8Array>(codec, {
    decode(framed, offset) {
      const length = framed.length - TRAILER_BYTES;
      if (length < 0) {
        throw mismatch(`${framed.length} bytes`, {
          expected: `at least ${TRAILER_BYTES} bytes of checksum`,
          offset,
        });
      }
      const message = framed.subarray(0, length);
      const computed = crc32c(message);
      const sent = decodeUint(framed, { at: length, width: TRAILER_BYTES, endian: "big" });
      if (computed === sent) return message;
      throw mismatch(hex(computed), { expected: hex(sent), offset });
    },
    encode(message) {
      const writer = new ByteWriter(message.length + TRAILER_BYTES);
      writer.bytes(message);
      writer.u32(crc32c(message), "big");
      return writer.buffer;
    },
  });
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
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
