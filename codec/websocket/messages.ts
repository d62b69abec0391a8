// This module is browser compatible.

/** A text message; `text` is decoded when somebody looks, and was checked to be UTF-8 when it came. */
export interface WebSocketText {
  /** Tells it from the others. */
  readonly kind: "text";
  /** What it says. */
  readonly text: string;
}

/** A binary message. */
export interface WebSocketBinary {
  /** Tells it from the others. */
  readonly kind: "binary";
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/** A message that a program gets and sends. */
export type WebSocketEvent = WebSocketText | WebSocketBinary;

/** A ping, or a pong (RFC 6455, 5.5.2); it may hold up to 125 bytes. */
export interface WebSocketProbe {
  /** Which of the two. */
  readonly kind: "ping" | "pong";
  /** What it holds. */
  readonly bytes: Uint8Array;
}

/** The end, as one side says it (RFC 6455, 5.5.1). */
export interface WebSocketClose {
  /** Tells it from the others. */
  readonly kind: "close";
  /** Why, as a number (RFC 6455, 7.4); 1005 where the frame has none. */
  readonly code: number;
  /** Why, in words; at most 123 bytes in UTF-8. */
  readonly reason: string;
}

/** A part of a message that is sent as it is made. The first one opens the message, the one that is `last` ends it. */
export interface WebSocketFragment {
  /** Tells it from the others. */
  readonly kind: "fragment";
  /** What the whole message is; all its fragments say the same. */
  readonly of: "text" | "binary";
  /** The part. Text may be cut inside a character. */
  readonly bytes: Uint8Array;
  /** The message ends with it. */
  readonly last: boolean;
}

/** What a decoder gives. */
export type WebSocketMessage = WebSocketEvent | WebSocketProbe | WebSocketClose;

/** What can be sent: a string is a text message, bytes are a binary one. */
export type WebSocketOutgoing = string | Uint8Array | WebSocketMessage | WebSocketFragment;
