// This module is browser compatible.

import { base64Of, fromBase64 } from "../bytes/base64.ts";
import { sha1 } from "../checksum/sha1.ts";

/** A server proves with it that it knows WebSocket (RFC 6455, 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_BYTES = 16;

/** Says whether text is a key: 16 bytes in base64, written in the one way there is (RFC 6455, 4.1). */
export function isHandshakeKey(text: string): boolean {
  return fromBase64(text)?.length === KEY_BYTES;
}

/** Returns what a server answers to a key (RFC 6455, 4.2.2). */
export function acceptOf(key: string): string {
  return base64Of(sha1(new TextEncoder().encode(key + GUID)));
}
