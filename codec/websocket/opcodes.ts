// This module is browser compatible.

/** What a frame is (RFC 6455, 11.8). */
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** The first bit of a frame: it is the last one of its message. */
export const FIN = 0x80;
/** The first reserved bit: the message is compressed (RFC 7692, 6). */
export const RSV1 = 0x40;
/** The reserved bits that nothing has a use for. */
export const RSV23 = 0x30;
/** The first bit of the second byte: the payload is masked. */
export const MASKED = 0x80;

/** A control frame holds no more (RFC 6455, 5.5). */
export const MAX_CONTROL_BYTES = 125;
/** What a mask has, and what follows it. */
export const MASK_BYTES = 4;
