// This module is browser compatible.

import { broken } from "./errors.ts";

/** How long a version is: `HTTP/1.1`. */
export const VERSION_BYTES = 8;

const NAME = "HTTP/";
const POINT = 46;

/**
 * Returns the minor version that stands at `from` (RFC 9112, 2.3): a 1 also for a larger one, since those speak it too.
 *
 * @throws {ProtocolError} It is no version, or its major one is not 1.
 */
export function decodeVersion(
  bytes: Uint8Array,
  { from, offset, code }: {
    from: number;
    offset: number;
    code: "bad-request-line" | "bad-status-line";
  },
): 0 | 1 {
  let isVersion = bytes[from + 6] === POINT;
  for (let at = 0; at < NAME.length; at++) {
    if (bytes[from + at] !== NAME.charCodeAt(at)) isVersion = false;
  }
  const major = bytes[from + 5]! - 48;
  const minor = bytes[from + 7]! - 48;
  if (!isVersion || !isDigit(major) || !isDigit(minor)) {
    const what = code === "bad-request-line" ? "request line" : "status line";
    throw broken(what, { code, offset, expected: "HTTP/1.1", received: "something else" });
  }
  if (major !== 1) {
    throw broken("version", {
      code: "bad-version",
      offset,
      expected: "HTTP/1.1 or HTTP/1.0",
      received: `HTTP/${major}.${minor}`,
    });
  }
  return minor === 0 ? 0 : 1;
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}
