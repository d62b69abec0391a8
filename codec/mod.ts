// This module is browser compatible.

/**
 * Wire formats: bytes to messages and back, without a socket. It runs in Deno, Node and the browser as it stands.
 *
 * @example
 * ```ts
 * import { checksummed, json, lengthPrefixed } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * const codec = json(checksummed(lengthPrefixed()));
 * const decoder = codec.decoder();
 * decoder.push(codec.encode({ hello: "world" }));
 * assert(JSON.stringify(decoder.next()) === '{"hello":"world"}');
 * ```
 *
 * @module
 */
export { BodyDecoder, type BodyPiece } from "./body_decoder.ts";
export { BufferedDecoder } from "./buffered_decoder.ts";
export { ByteReader } from "./bytes/byte_reader.ts";
export { ByteWriter } from "./bytes/byte_writer.ts";
export type { Endian } from "./bytes/endian.ts";
export { ReceiveBuffer } from "./bytes/receive_buffer.ts";
export { bytes } from "./raw_bytes.ts";
export { crc16CcittFalse, crc16Modbus, crc16Xmodem } from "./checksum/crc16.ts";
export { crc32 } from "./checksum/crc32.ts";
export { crc32c } from "./checksum/crc32c.ts";
export {
  type Checksum,
  checksummed,
  type ChecksummedOptions,
  type ChecksumName,
} from "./checksummed.ts";
export {
  type Codec,
  type Decoded,
  type Decoder,
  defineCodec,
  type FarewellReason,
  type Session,
  sessionOver,
} from "./codec.ts";
export { delimited, type DelimitedOptions } from "./delimited.ts";
export {
  type AnyErrorCode,
  LimitError,
  type LimitErrorOptions,
  ProtocolError,
  type ProtocolErrorCode,
  type ProtocolErrorOptions,
  type ProtocolErrorSide,
} from "./errors.ts";
export { escapeControls, type EscapeControlsOptions } from "./escape_controls.ts";
export { fixed } from "./fixed.ts";
export { joined } from "./joined.ts";
export {
  json,
  jsonLines,
  type JsonLinesOptions,
  type JsonOptions,
  type JsonValue,
} from "./json.ts";
export { latin1 } from "./latin1.ts";
export { lengthPrefixed, type LengthPrefixedOptions } from "./length_prefixed.ts";
export { type CodecLimits, DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";
export { type Line, type LineEnding, type LineOrError, lines, type LinesOptions } from "./lines.ts";
export { mapped, type MappedOptions } from "./mapped.ts";
export { netstring, type NetstringOptions } from "./netstring.ts";
export {
  decodeStream,
  encodeStream,
  type SessionStreams,
  sessionStreams,
  type SessionStreamsOptions,
} from "./streams.ts";
export { utf8 } from "./utf8.ts";
export { varintPrefixed, type VarintPrefixedOptions } from "./varint_prefixed.ts";
