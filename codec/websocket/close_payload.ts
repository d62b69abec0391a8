// This module is browser compatible.

import { decodeText, requireWellFormed } from "../text.ts";
import { broken, unsayable } from "./errors.ts";
import type { WebSocketClose } from "./messages.ts";
import { MAX_CONTROL_BYTES } from "./opcodes.ts";

/** The close frame had no code (RFC 6455, 7.4.1). It is never sent. */
export const NO_CODE = 1005;
/** There was no close frame. It is never sent. */
export const ABNORMAL = 1006;

const encoder = new TextEncoder();

/**
 * Says whether a code may stand in a close frame (RFC 6455, 7.4, and the registry of close codes): 1000 to 1003, 1007 to 1014,
 * and 3000 to 4999.
 */
export function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999);
}

/**
 * Takes the payload of a close frame apart: nothing, or a code and a reason.
 *
 * ```text
 *   03 e8 62 79 65      1000, "bye"
 * ```
 *
 * @throws {ProtocolError} It has one byte, a code that may not be sent, or a reason that is no UTF-8.
 */
export function decodeClosePayload(payload: Uint8Array, offset: number): WebSocketClose {
  if (payload.length === 0) return { kind: "close", code: NO_CODE, reason: "" };
  if (payload.length === 1) {
    throw broken("close", {
      code: "bad-close",
      offset,
      expected: "a code of 2 bytes, or none",
      received: "1 byte",
    });
  }
  const code = payload[0]! << 8 | payload[1]!;
  if (!isCloseCode(code)) {
    throw broken("close", {
      code: "bad-close",
      offset,
      expected: "a code that may be sent",
      received: `${code}`,
    });
  }
  const reason = decodeText(payload.subarray(2), { offset, what: "close", fatal: true });
  return { kind: "close", code, reason };
}

/**
 * Returns the payload of a close frame.
 *
 * @throws {ProtocolError} The code may not be sent, or the reason is too long or has a lone surrogate.
 */
export function encodeClosePayload(code: number, reason: string): Uint8Array<ArrayBuffer> {
  requireWellFormed(reason, "close");
  const text = encoder.encode(reason);
  if (code === NO_CODE && text.length === 0) return text;
  if (!isCloseCode(code)) {
    throw unsayable("close", { expected: "a code that may be sent", received: `${code}` });
  }
  if (text.length > MAX_CONTROL_BYTES - 2) {
    throw unsayable("close", {
      expected: `a reason of at most ${MAX_CONTROL_BYTES - 2} bytes`,
      received: `${text.length} bytes`,
    });
  }
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code;
  payload.set(text, 2);
  return payload;
}

/**
 * Refuses what a program may not say at the end: the echo of a close without a code is the session's to send.
 *
 * @throws {ProtocolError} The code may not be sent, or the reason is too long or has a lone surrogate.
 */
export function requireClose(code: number, reason: string): void {
  if (isCloseCode(code)) return void encodeClosePayload(code, reason);
  throw unsayable("close", { expected: "a code that may be sent", received: `${code}` });
}

/** Returns the beginning of a reason that a close frame has room for; no character is cut. */
export function shortReason(reason: string): string {
  const room = new Uint8Array(MAX_CONTROL_BYTES - 2);
  const text = reason.toWellFormed();
  return text.slice(0, encoder.encodeInto(text, room).read);
}
