// This module is browser compatible.

import { badLength, requireBody, takeBody } from "./body.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import { decodeUint } from "./bytes/byte_reader.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { type Endian, maxUint } from "./bytes/endian.ts";
import { ProtocolError } from "./errors.ts";
import { DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/** How {@linkcode lengthPrefixed} reads its header. */
export interface LengthPrefixedOptions {
  /** Bytes of the length, 1 to 8. @default {4} */
  width?: number;
  /** Byte order of the length. @default {"big"} */
  endian?: Endian;
  /** The length counts its own bytes too. @default {false} */
  includesHeader?: boolean;
  /** What to add to the length on the wire to get the bytes that follow it. @default {0} */
  adjust?: number;
  /** Bytes that a message may have. @default {8388608} */
  maxBytes?: number;
}

/**
 * Puts the length of each message in front of it. It refuses a length over `maxBytes` (8 MiB), a negative one and one
 * smaller than its own header as soon as the header is there, before the body is waited for.
 *
 * ```text
 *   00 00 00 02 68 69            width 4, big endian
 *   `---------' `---'
 *     length    message "hi"
 * ```
 *
 * @throws {RangeError} `width` is not 1 to 8, `adjust` is not a whole number, or `maxBytes` is no limit.
 *
 * @example
 * ```ts
 * import { lengthPrefixed } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const codec = lengthPrefixed({ width: 2, endian: "little" });
 * assert(codec.encode(new Uint8Array([7])).join() === "1,0,7");
 * ```
 */
export function lengthPrefixed(
  options: LengthPrefixedOptions = {},
): Codec<Uint8Array> {
  const { width = 4, endian = "big", includesHeader = false, adjust = 0 } = options;
  const maxLength = maxUint(width);
  if (!Number.isSafeInteger(adjust)) {
    throw new RangeError(`Cannot adjust lengths by ${adjust}: it is not a whole number`);
  }
  const settings: Settings = {
    width,
    endian,
    extra: adjust - (includesHeader ? width : 0),
    maxBytes: requireLimit(
      "maxMessageBytes",
      options.maxBytes ?? DEFAULT_CODEC_LIMITS.maxMessageBytes,
    ),
  };
  return defineCodec<Uint8Array>(
    () => new LengthPrefixedDecoder(settings),
    (message, writer) => {
      requireBody(message.length, { max: settings.maxBytes, side: "local" });
      const length = message.length - settings.extra;
      if (length < 0 || length > maxLength) {
        throw new ProtocolError(
          `Cannot encode message: its length ${length} does not fit ${width} bytes`,
          {
            code: "bad-length",
            side: "local",
            offset: 0,
            expected: `a length from 0 to ${maxLength}`,
            received: String(length),
          },
        );
      }
      writer.uint(length, { width, endian });
      writer.bytes(message);
    },
  );
}

interface Settings {
  width: number;
  endian: Endian;
  /** What to add to the length on the wire to get the message's. */
  extra: number;
  maxBytes: number;
}

class LengthPrefixedDecoder extends BufferedDecoder<Uint8Array> {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  protected override missing(buffer: ReceiveBuffer): string {
    const { width } = this.#settings;
    if (buffer.length < width) return `its ${width} bytes of length`;
    return `its ${this.#bodyBytes(buffer)} bytes of message`;
  }

  protected override decode(buffer: ReceiveBuffer): Uint8Array | undefined {
    const { width, maxBytes } = this.#settings;
    if (buffer.length < width) return undefined;
    const { offset } = buffer;
    const bodyBytes = this.#bodyBytes(buffer);
    if (bodyBytes < 0) {
      throw badLength(String(bodyBytes - this.#settings.extra), {
        expected: `at least ${-this.#settings.extra}`,
        offset,
      });
    }
    requireBody(bodyBytes, { max: maxBytes, offset });
    return takeBody(buffer, { headerBytes: width, bodyBytes });
  }

  #bodyBytes(buffer: ReceiveBuffer): number {
    const { width, endian, extra } = this.#settings;
    return decodeUint(buffer.view(0, width), { at: 0, width, endian }) + extra;
  }
}
