// This module is browser compatible.

import { requireBytes, requireNames } from "./arguments.ts";
import { badLength, requireBody } from "./body.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import type { ByteWriter } from "./bytes/byte_writer.ts";
import { type Endian, maxUint, requireEndian } from "./bytes/endian.ts";
import { hexOf } from "./bytes/hex.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";

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
  /** Bytes that every message begins with, such as `aa 55`; they are checked and left out of the message. @default none */
  magic?: Uint8Array;
  /**
   * Bytes between `magic` and the length that are the first ones of the message, such as a type or an address. The length
   * does not count them.
   *
   * @default {0}
   */
  leadBytes?: number;
  /** Bytes that a message may have. @default {8388608} */
  maxBytes?: number;
}

const OPTION_NAMES = [
  "width",
  "endian",
  "includesHeader",
  "adjust",
  "magic",
  "leadBytes",
  "maxBytes",
];

/**
 * Puts the length of each message in front of it. It refuses a length over `maxBytes` (8 MiB), a negative one and one
 * smaller than its own header as soon as the header is there, before the body is waited for; and another magic than
 * `magic` at its first wrong byte.
 *
 * ```text
 *   00 00 00 02 68 69            width 4, big endian
 *   `---------' `---'
 *     length    message "hi"
 *
 *   aa 55 07 02 68 69            magic aa 55, leadBytes 1, width 1
 *   `---' |  |  `---' message 07 68 69: a type, and "hi"
 *   magic |  length
 *         type
 * ```
 *
 * @throws {RangeError} `width` is not 1 to 8, `adjust` or `leadBytes` is no whole number, or `maxBytes` is no limit.
 * @throws {TypeError} An option is not known, or `encode` is given what is no bytes.
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
  requireNames(options, { what: "options of lengthPrefixed()", names: OPTION_NAMES });
  const { width = 4, endian = "big", includesHeader = false } = options;
  const { adjust = 0, leadBytes = 0, magic = new Uint8Array(0) } = options;
  const maxLength = maxUint(width);
  if (!Number.isSafeInteger(adjust)) {
    throw new RangeError(`Cannot adjust lengths by ${adjust}: it is not a whole number`);
  }
  if (!Number.isSafeInteger(leadBytes) || leadBytes < 0) {
    throw new RangeError(`Cannot set leadBytes: ${leadBytes} is no whole number from 0`);
  }
  const maxBytes = options.maxBytes ?? DEFAULT_CODEC_LIMITS.maxMessageBytes;
  const settings: Settings = {
    width,
    endian: requireEndian(endian),
    magic: new Uint8Array(requireBytes(magic)),
    leadBytes,
    lengthAt: magic.length + leadBytes,
    headerBytes: magic.length + leadBytes + width,
    extra: adjust - (includesHeader ? width : 0),
    maxBytes: requireLimit("maxMessageBytes", maxBytes),
  };
  function encodeHead(message: Uint8Array, writer: ByteWriter): Uint8Array {
    requireBody(requireBytes(message).length, { max: settings.maxBytes, side: "local" });
    const length = message.length - leadBytes - settings.extra;
    if (message.length < leadBytes) throw tooShort(message.length, leadBytes);
    if (length < 0 || length > maxLength) throw doesNotFit(length, { width, maxLength });
    writer.bytes(settings.magic);
    if (leadBytes > 0) writer.bytes(message.subarray(0, leadBytes));
    writer.uint(length, { width, endian });
    return leadBytes > 0 ? message.subarray(leadBytes) : message;
  }
  return defineCodec<Uint8Array>(() => new LengthPrefixedDecoder(settings), {
    encode: (message, writer) => writer.bytes(encodeHead(message, writer)),
    encodeHead,
  });
}

interface Settings {
  width: number;
  endian: Endian;
  magic: Uint8Array;
  leadBytes: number;
  /** Where the length stands, behind the magic and the first bytes of the message. */
  lengthAt: number;
  headerBytes: number;
  /** What to add to the length on the wire to get the bytes that follow it. */
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
    const { headerBytes, width } = this.#settings;
    if (buffer.length >= headerBytes) return `its ${this.#bodyBytes(buffer)} bytes of message`;
    return headerBytes === width
      ? `its ${width} bytes of length`
      : `the ${headerBytes} bytes of its header`;
  }

  protected override decode(buffer: ReceiveBuffer): Uint8Array | undefined {
    const { headerBytes, leadBytes, magic, maxBytes, extra } = this.#settings;
    if (magic.length > 0) this.#requireMagic(buffer);
    if (buffer.length < headerBytes) return undefined;
    const { offset } = buffer;
    const bodyBytes = this.#bodyBytes(buffer);
    if (bodyBytes < 0) {
      throw badLength(String(bodyBytes - extra), { expected: `at least ${-extra}`, offset });
    }
    requireBody(leadBytes + bodyBytes, { max: maxBytes, offset });
    if (buffer.length < headerBytes + bodyBytes) {
      buffer.expect(headerBytes + bodyBytes);
      return undefined;
    }
    if (leadBytes === 0) {
      buffer.skip(headerBytes);
      return buffer.take(bodyBytes);
    }
    const message = new Uint8Array(leadBytes + bodyBytes);
    message.set(buffer.view(magic.length, magic.length + leadBytes));
    buffer.skip(headerBytes);
    message.set(buffer.view(0, bodyBytes), leadBytes);
    buffer.skip(bodyBytes);
    return message;
  }

  #requireMagic(buffer: ReceiveBuffer): void {
    const { magic } = this.#settings;
    const there = Math.min(magic.length, buffer.length);
    for (let at = 0; at < there; at++) {
      if (buffer.u8(at) === magic[at]) continue;
      throw badMagic(buffer.view(0, at + 1), { magic, offset: buffer.offset });
    }
  }

  #bodyBytes(buffer: ReceiveBuffer): number {
    const { lengthAt, width, endian, extra } = this.#settings;
    return buffer.uint(lengthAt, { width, endian }) + extra;
  }
}

function badMagic(
  bytes: Uint8Array,
  { magic, offset }: { magic: Uint8Array; offset: number },
): ProtocolError {
  const [expected, received] = [hexOf(magic, " "), hexOf(bytes, " ")];
  return new ProtocolError(
    `Cannot decode message at offset ${offset}: it should begin with ${expected}, got ${received}`,
    { code: "bad-magic", side: "remote", offset, expected, received },
  );
}

function tooShort(bytes: number, leadBytes: number): ProtocolError {
  const expected = `at least ${leadBytes} bytes`;
  return new ProtocolError(
    `Cannot encode message: it has ${bytes} bytes, and ${leadBytes} stand in front of the length`,
    { code: "bad-length", side: "local", offset: 0, expected, received: `${bytes} bytes` },
  );
}

function doesNotFit(
  length: number,
  { width, maxLength }: { width: number; maxLength: number },
): ProtocolError {
  return new ProtocolError(
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
