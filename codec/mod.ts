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
export { checksummed } from "./checksummed.ts";
export { type Codec, type Decoded, type Decoder, defineCodec, encodeInto } from "./codec.ts";
export { crc32c } from "./checksum/crc32c.ts";
export { delimited, type DelimitedOptions } from "./delimited.ts";
export type { Endian } from "./bytes/endian.ts";
export {
  LimitError,
  type LimitErrorOptions,
  ProtocolError,
  type ProtocolErrorCode,
  type ProtocolErrorOptions,
  type ProtocolErrorSide,
} from "./errors.ts";
export { fixed } from "./fixed.ts";
export {
  json,
  jsonLines,
  type JsonLinesOptions,
  type JsonOptions,
  type JsonValue,
} from "./json.ts";
export { lengthPrefixed, type LengthPrefixedOptions } from "./length_prefixed.ts";
export { DEFAULT_LIMITS, limitOf, type Limits } from "./limits.ts";
export { type Line, type LineEnding, type LineOrError, lines, type LinesOptions } from "./lines.ts";
export { mapped, type MappedOptions } from "./mapped.ts";
export { netstring, type NetstringOptions } from "./netstring.ts";
export {
  DATA_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  MAX_CONTROL_BYTES,
  parcel,
  PARCEL_MAGIC,
  type ParcelData,
  type ParcelMagic,
  type ParcelMessage,
  type ParcelOutgoing,
  sealBlock,
} from "./parcel/parcel.ts";
export type {
  ParcelControl,
  ParcelDataHead,
  ParcelFailure,
  ParcelOffer,
  ParcelRefusal,
} from "./parcel/messages.ts";
export { ReceiveBuffer } from "./bytes/receive_buffer.ts";
export {
  type SimpleFileHeader,
  simpleFileReplies,
  type SimpleFileReply,
  simpleFileRequests,
} from "./simple_file/simple_file.ts";
export { decodeStream, encodeStream } from "./streams.ts";
export { isTelnetRequest, telnet, telnetRefusal, type TelnetRequest } from "./telnet/telnet.ts";
export { utf8 } from "./utf8.ts";
export { varintPrefixed, type VarintPrefixedOptions } from "./varint_prefixed.ts";
export { escapeControls, type EscapeControlsOptions } from "./escape_controls.ts";
export {
  OWN_NAME_PREFIX,
  type WirePathOptions,
  type WirePathProblem,
  wirePathProblem,
  type WirePathRefusal,
  wirePathSegments,
} from "./wire_path.ts";
