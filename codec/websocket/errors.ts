// This module is browser compatible.

import { LimitError, ProtocolError } from "../errors.ts";

/** What can be wrong with WebSocket, beside what the contract knows; stable, so programs may branch on it. */
export type WebSocketErrorCode = "bad-close" | "bad-frame" | "bad-handshake";

const CLOSE_OF_CODE: Readonly<Record<string, number>> = {
  "bad-compression": 1007,
  "bad-utf8": 1007,
};

const CLOSE_OF_LIMIT: Readonly<Record<string, number>> = {
  maxFragments: 1008,
  maxMessageBytes: 1009,
};

/** Limits of a server: whoever is turned away may try again later. */
const TRY_AGAIN_LATER = 1013;

/**
 * Returns the code of the close frame that tells a peer what is wrong (RFC 6455, 7.4.1): 1002 where there is no better one.
 *
 * @example
 * ```ts
 * import { closeCodeHint, webSocketServerCodec } from "@parley/sockets/codec/websocket";
 * import { ProtocolError } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = webSocketServerCodec().decoder();
 * // A server's peer has to mask what it sends.
 * decoder.push(new Uint8Array([0x81, 0x02, 0x68, 0x69]));
 * try {
 *   decoder.next();
 * } catch (error) {
 *   assert(error instanceof ProtocolError && closeCodeHint(error) === 1002);
 * }
 * ```
 */
export function closeCodeHint(error: ProtocolError): number {
  if (error instanceof LimitError) return CLOSE_OF_LIMIT[error.limit] ?? TRY_AGAIN_LATER;
  return CLOSE_OF_CODE[error.code] ?? 1002;
}

/** Makes the error that says what is wrong with bytes that came. */
export function broken(
  what: string,
  { code, offset, expected, received }: {
    code: WebSocketErrorCode | "bad-utf8";
    offset: number;
    expected: string;
    received: string;
  },
): ProtocolError {
  return new ProtocolError(
    `Cannot decode ${what} at offset ${offset}: expected ${expected}, got ${received}`,
    { code, side: "remote", offset, expected, received },
  );
}

/** Makes the error that says that a message which begins at `offset` is too long. */
export function tooLong(
  { max, got, atLeast, offset }: { max: number; got: number; atLeast: boolean; offset: number },
): LimitError {
  return new LimitError(`Cannot decode message at offset ${offset}`, {
    limit: "maxMessageBytes",
    max,
    got,
    atLeast,
    unit: "bytes",
    offset,
  });
}

/** Makes the error that says that something cannot be sent. */
export function unsayable(
  what: string,
  { expected, received, code = "bad-message" }: {
    expected: string;
    received: string;
    code?: string;
  },
): ProtocolError {
  return new ProtocolError(`Cannot encode ${what}: expected ${expected}, got ${received}`, {
    code,
    side: "local",
    offset: 0,
    expected,
    received,
  });
}
