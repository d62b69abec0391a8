// This module is browser compatible.

import { badLength, requireBody, takeBody } from "./body.ts";
import { requireBytes, requireNames } from "./arguments.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import type { ByteWriter } from "./bytes/byte_writer.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/** A varint of 64 bits has at most this many bytes. */
const MAX_VARINT_BYTES = 10;

/** How {@linkcode varintPrefixed} limits. */
export interface VarintPrefixedOptions {
  /** Bytes that a message may have. @default {8388608} */
  maxBytes?: number;
}

/**
 * Puts the length of each message in front of it as a varint: seven bits a byte, the low ones first, the top bit set
 * on all but the last (Protocol Buffers' delimited messages, LEB128). It refuses a length over `maxBytes` (8 MiB)
 * before the body is waited for, and a varint of more than 10 bytes.
 *
 * ```text
 *   ac 02 ... 300 bytes ...      300 = 0b10_0101100: 0101100 with the top bit, then 10
 *   `---' `---------------'
 *   length    message
 * ```
 *
 * @throws {RangeError} `maxBytes` is no limit.
 *
 * @example
 * ```ts
 * import { varintPrefixed } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const bytes = varintPrefixed().encode(new Uint8Array(300));
 * assert(bytes[0] === 0xac && bytes[1] === 0x02 && bytes.length === 302);
 * ```
 */
export function varintPrefixed(
  options: VarintPrefixedOptions = {},
): Codec<Uint8Array> {
  requireNames(options, { what: "options of varintPrefixed()", names: ["maxBytes"] });
  const maxBytes = requireLimit(
    "maxMessageBytes",
    options.maxBytes ?? DEFAULT_CODEC_LIMITS.maxMessageBytes,
  );
  return defineCodec<Uint8Array>(
    () => new VarintPrefixedDecoder(maxBytes),
    (message, writer) => {
      requireBody(requireBytes(message).length, { max: maxBytes, side: "local" });
      writeVarint(message.length, writer);
      writer.bytes(message);
    },
  );
}

function writeVarint(value: number, writer: ByteWriter): void {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    writer.u8((rest % 0x80) | 0x80);
  }
  writer.u8(rest);
}

class VarintPrefixedDecoder extends BufferedDecoder<Uint8Array> {
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  protected override missing(): string {
    return "the rest of its length or message";
  }

  protected override decode(buffer: ReceiveBuffer): Uint8Array | undefined {
    const { offset } = buffer;
    let bodyBytes = 0;
    let scale = 1;
    for (let at = 0; at < buffer.length; at++, scale *= 0x80) {
      const byte = buffer.at(at);
      if (at === MAX_VARINT_BYTES) {
        throw badLength("more bytes", {
          expected: `a varint of at most ${MAX_VARINT_BYTES} bytes`,
          offset,
        });
      }
      bodyBytes += (byte & 0x7f) * scale;
      requireBody(bodyBytes, { max: this.#maxBytes, offset, atLeast: byte >= 0x80 });
      if (byte < 0x80) {
        return takeBody(buffer, { headerBytes: at + 1, bodyBytes });
      }
    }
    return undefined;
  }
}
