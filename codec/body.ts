// This module is browser compatible.

import { LimitError, ProtocolError, type ProtocolErrorSide } from "./errors.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/** A header that says how long the body behind it is, and how many bytes it has itself. */
export interface Header {
  headerBytes: number;
  bodyBytes: number;
}

/** Returns the body behind the header at the start of `buffer`, once all of it is there; the header is dropped. */
export function takeBody(
  buffer: ReceiveBuffer,
  { headerBytes, bodyBytes }: Header,
): Uint8Array | undefined {
  const total = headerBytes + bodyBytes;
  if (buffer.length < total) {
    buffer.expect(total);
    return undefined;
  }
  buffer.skip(headerBytes);
  return buffer.take(bodyBytes);
}

/** Refuses a body from what its header says. @throws {LimitError} It is longer than `max`. */
export function requireBody(
  bytes: number,
  { max, offset = 0, side = "remote", atLeast = false }: {
    max: number;
    offset?: number;
    side?: ProtocolErrorSide;
    /** The header is not whole: `bytes` is a lower bound. */
    atLeast?: boolean;
  },
): void {
  if (bytes <= max) return;
  const tried = side === "remote" ? "Cannot decode message" : "Cannot encode message";
  throw new LimitError(tried, {
    limit: "maxMessageBytes",
    max,
    got: bytes,
    atLeast,
    unit: "bytes",
    side,
    offset,
  });
}

/** Makes the error that says that a length is not one. */
export function badLength(
  received: string,
  { expected, offset }: { expected: string; offset: number },
): ProtocolError {
  return new ProtocolError(
    `Cannot decode length at offset ${offset}: expected ${expected}, got ${received}`,
    { code: "bad-length", side: "remote", offset, expected, received },
  );
}
