// This module is browser compatible.

/**
 * WebSocket without I/O (RFC 6455, RFC 7692): frames, messages and the close, for both roles.
 *
 * @module
 */
export { isCloseCode } from "./close_payload.ts";
export type {
  AgreedCompression,
  CompressionDirection,
  DeflateEngine,
  MessageDeflater,
  MessageInflater,
} from "./compression.ts";
export { closeCodeHint, type WebSocketErrorCode } from "./errors.ts";
export { DEFAULT_WEBSOCKET_LIMITS, type WebSocketLimits } from "./limits.ts";
export type {
  WebSocketBinary,
  WebSocketClose,
  WebSocketEvent,
  WebSocketFragment,
  WebSocketMessage,
  WebSocketOutgoing,
  WebSocketProbe,
  WebSocketText,
} from "./messages.ts";
export {
  webSocketClientCodec,
  type WebSocketClientCodecOptions,
  type WebSocketCodecOptions,
  webSocketServerCodec,
} from "./websocket.ts";
