// This module is browser compatible.

import { badLength, requireBody, takeBody } from "./body.ts";
import { requireBytes, requireNames } from "./arguments.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";
import { escapeControls } from "./escape_controls.ts";

const COLON = 0x3a;
const COMMA = 0x2c;
/** 2^53 - 1 has 16 digits. */
const MAX_DIGITS = 16;

/** How {@linkcode netstring} limits. */
export interface NetstringOptions {
  /** Bytes that a message may have. @default {8388608} */
  maxBytes?: number;
}

/**
 * Writes each message as a netstring (D. J. Bernstein, 1997): its length in decimal, a colon, the bytes, a comma. It
 * refuses leading zeros, a length over `maxBytes` (8 MiB) before the body is waited for, and a missing comma.
 *
 * ```text
 *   31 32 3a 68 65 6c 6c 6f 20 77 6f 72 6c 64 21 2c      "12:hello world!,"
 *   `---' |  `---------------------------------' `- comma
 *   length colon        message
 * ```
 *
 * @throws {RangeError} `maxBytes` is no limit.
 *
 * @example
 * ```ts
 * import { netstring } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const bytes = netstring().encode(new TextEncoder().encode("hello world!"));
 * assert(new TextDecoder().decode(bytes) === "12:hello world!,");
 * ```
 */
export function netstring(options: NetstringOptions = {}): Codec<Uint8Array> {
  requireNames(options, { what: "options of netstring()", names: ["maxBytes"] });
  const maxBytes = requireLimit(
    "maxMessageBytes",
    options.maxBytes ?? DEFAULT_CODEC_LIMITS.maxMessageBytes,
  );
  return defineCodec<Uint8Array>(
    () => new NetstringDecoder(maxBytes),
    (message, writer) => {
      requireBody(requireBytes(message).length, { max: maxBytes, side: "local" });
      writer.text(`${message.length}:`);
      writer.bytes(message);
      writer.u8(COMMA);
    },
  );
}

class NetstringDecoder extends BufferedDecoder<Uint8Array> {
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  protected override missing(): string {
    return "its comma";
  }

  protected override decode(buffer: ReceiveBuffer): Uint8Array | undefined {
    const digits = this.#digits(buffer);
    if (digits === undefined) return undefined;
    const { offset } = buffer;
    const bodyBytes = digits.value;
    const headerBytes = digits.count + 1;
    const comma = headerBytes + bodyBytes;
    if (buffer.length <= comma) {
      buffer.expect(comma + 1);
      return undefined;
    }
    if (buffer.at(comma) !== COMMA) {
      const received = byteName(buffer.at(comma));
      throw new ProtocolError(
        `Cannot decode netstring at offset ${offset + comma}: expected a comma, got ${received}`,
        {
          code: "bad-length",
          side: "remote",
          offset: offset + comma,
          expected: "a comma",
          received,
        },
      );
    }
    const message = takeBody(buffer, { headerBytes, bodyBytes });
    buffer.skip(1);
    return message;
  }

  /** Returns the length and how many digits it has, or undefined while its colon is still to come. */
  #digits(buffer: ReceiveBuffer): { value: number; count: number } | undefined {
    const { offset } = buffer;
    let value = 0;
    for (let count = 0; count < buffer.length; count++) {
      const byte = buffer.at(count);
      if (byte === COLON && count > 0) return { value, count };
      const digit = byte - 0x30;
      if (digit < 0 || digit > 9) {
        throw badLength(byteName(byte), {
          expected: count === 0 ? "a digit" : "a digit or a colon",
          offset: offset + count,
        });
      }
      if (count === 1 && value === 0) {
        throw badLength("a leading zero", { expected: "a colon", offset: offset + 1 });
      }
      if (count === MAX_DIGITS) {
        throw badLength("a longer length", {
          expected: `at most ${MAX_DIGITS} digits`,
          offset: offset + count,
        });
      }
      value = value * 10 + digit;
      // More digits may follow, and need not be waited for.
      requireBody(value, { max: this.#maxBytes, offset, atLeast: true });
    }
    return undefined;
  }
}

function byteName(byte: number): string {
  const hex = byte.toString(16).padStart(2, "0");
  return `byte 0x${hex} ("${escapeControls(String.fromCharCode(byte))}")`;
}
