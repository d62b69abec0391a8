// This module is browser compatible.

/**
 * HTTP/1.1 without I/O (RFC 9112): requests and responses in both directions, however their bytes were cut.
 *
 * @module
 */
export type { BodyPiece } from "../body_decoder.ts";
export { type HttpErrorCode, statusHint } from "./errors.ts";
export { type Field, Fields, type FieldsInit } from "./fields.ts";
export {
  httpClientCodec,
  type HttpCodecOptions,
  httpServerCodec,
  type HttpServerCodecOptions,
} from "./http.ts";
export { DEFAULT_HTTP_LIMITS, type HttpLimits } from "./limits.ts";
export { listItems } from "./list_items.ts";
export type {
  BodyLength,
  HttpBodyEnd,
  HttpClientMessage,
  HttpClientOutgoing,
  HttpOutgoing,
  HttpRequest,
  HttpRequestHead,
  HttpResponse,
  HttpResponseHead,
  HttpServerMessage,
  HttpServerOutgoing,
  HttpVersion,
} from "./messages.ts";
export { reasonPhrase } from "./status.ts";
