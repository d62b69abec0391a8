// This module is browser compatible.

import { COLON, HOST, IP_LITERAL } from "./octets.ts";

const OPENING = 91;
const CLOSING = 93;

/** Says whether bytes are a host, with a port or without one (RFC 9110, 7.2); they may be none at all. */
export function isHostAndPort(
  bytes: Uint8Array,
  { from, to }: { from: number; to: number },
): boolean {
  let at = from;
  if (from < to && bytes[from] === OPENING) {
    at++;
    while (at < to && IP_LITERAL[bytes[at]!] === 1) at++;
    if (at === from + 1 || at === to || bytes[at] !== CLOSING) return false;
    at++;
  } else {
    while (at < to && HOST[bytes[at]!] === 1) at++;
  }
  if (at === to) return true;
  if (bytes[at] !== COLON) return false;
  at++;
  while (at < to && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
  return at === to;
}
