// This module is browser compatible.

import { LimitError, ProtocolError } from "../errors.ts";

/** What can be wrong with HTTP, beside what the contract knows; stable, so programs may branch on it. */
export type HttpErrorCode =
  | "bad-chunk"
  | "bad-field"
  | "bad-framing"
  | "bad-host"
  | "bad-request-line"
  | "bad-status-line"
  | "bad-version"
  | "unknown-coding";

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  "bad-version": 505,
  "head-late": 408,
  "unknown-coding": 501,
};

const STATUS_OF_LIMIT: Readonly<Record<string, number>> = {
  maxStartLineBytes: 414,
  maxHeadBytes: 431,
  maxFields: 431,
  maxBodyBytes: 413,
  maxConnections: 503,
  maxConnectionsPerAddress: 503,
};

/**
 * Returns the status that tells a client what is wrong with its request: 400 where there is no better one (RFC 9110,
 * 15.5). What it is given is an error that a decoder of requests threw, or a limit of a server.
 *
 * @example
 * ```ts
 * import { httpServerCodec, statusHint } from "@parley/sockets/http";
 * import { ProtocolError } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = httpServerCodec().decoder();
 * decoder.push(new TextEncoder().encode("GET / HTTP/3.0\r\n\r\n"));
 * try {
 *   decoder.next();
 * } catch (error) {
 *   assert(error instanceof ProtocolError && statusHint(error) === 505);
 * }
 * ```
 */
export function statusHint(error: ProtocolError): number {
  if (error instanceof LimitError) return STATUS_OF_LIMIT[error.limit] ?? 400;
  return STATUS_OF_CODE[error.code] ?? 400;
}

/** What is wrong, and where. */
export interface BrokenOptions {
  code: HttpErrorCode;
  offset: number;
  expected: string;
  received: string;
}

/** Makes the error that says what is wrong with bytes that came: `Cannot decode field line at offset 31: ...`. */
export function broken(
  what: string,
  { code, offset, expected, received }: BrokenOptions,
): ProtocolError {
  return new ProtocolError(
    `Cannot decode ${what} at offset ${offset}: expected ${expected}, got ${received}`,
    { code, side: "remote", offset, expected, received },
  );
}

/** Makes the error that says that a message cannot be sent as HTTP. */
export function unsayable(
  what: "request" | "response" | "body",
  { expected, received }: { expected: string; received: string },
): ProtocolError {
  return new ProtocolError(
    `Cannot encode ${what}: expected ${expected}, got ${received}`,
    { code: "bad-message", side: "local", offset: 0, expected, received },
  );
}

/** Names a byte: a character that can be seen as itself, all others as `0x0b`. */
export function octetName(byte: number | undefined): string {
  if (byte === undefined) return "the end of the line";
  if (byte === 32) return "a space";
  if (byte === 9) return "a tab";
  if (byte === 13) return "a bare CR";
  if (byte > 32 && byte < 127) return `"${String.fromCharCode(byte)}"`;
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
