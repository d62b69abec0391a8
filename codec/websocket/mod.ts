// This module is browser compatible.

/**
 * WebSocket without I/O (RFC 6455, RFC 7692): frames, messages and the close, for both roles.
 *
 * @module
 */
export {
  type AgreedHandshake,
  type AskedHandshake,
  checkHandshake,
  handshakeRequest,
  type HandshakeRequestOptions,
} from "./client_handshake.ts";
export { isCloseCode } from "./close_payload.ts";
export type {
  AgreedCompression,
  CompressionDirection,
  DeflateEngine,
  MessageDeflater,
  MessageInflater,
} from "./compression.ts";
export { closeCodeHint, type WebSocketErrorCode } from "./errors.ts";
export type { CompressionOptions } from "./negotiation.ts";
export {
  type AcceptedHandshake,
  answerHandshake,
  type Handshake,
  type HandshakeOptions,
  isWebSocketRequest,
  type RefusedHandshake,
} from "./server_handshake.ts";
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
