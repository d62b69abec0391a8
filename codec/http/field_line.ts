// This module is browser compatible.

import type { ProtocolError } from "../errors.ts";
import { broken, octetName } from "./errors.ts";
import type { Framing } from "./framing.ts";
import { COLON, isBlank, TOKEN, VALUE } from "./octets.ts";

/**
 * Checks one field line (RFC 9112, 5), which stands from `from` up to `to` in `bytes`, and shows it to `framing`.
 *
 * ```text
 *   48 6f 73 74 3a 20 61 2e 65 78 61 6d 70 6c 65 0d 0a      "Host: a.example" CRLF
 * ```
 *
 * @throws {ProtocolError} It is folded, has no name, a blank before the colon, or a control in its value; or it frames no
 * body.
 */
export function decodeFieldLine(
  bytes: Uint8Array,
  { from, to, offset }: { from: number; to: number; offset: number },
  framing: Framing,
): void {
  let at = from;
  while (TOKEN[bytes[at]!] === 1) at++;
  const nameEnd = at;
  if (nameEnd === from || bytes[at] !== COLON) {
    throw badName(bytes, { from, to, nameEnd, offset });
  }
  at++;
  while (at < to && isBlank(bytes[at]!)) at++;
  const valueFrom = at;
  while (VALUE[bytes[at]!] === 1) at++;
  if (at < to) {
    throw badField("no control in a field value", {
      offset: offset + at - from,
      received: octetName(bytes[at]),
    });
  }
  let valueTo = to;
  while (valueTo > valueFrom && isBlank(bytes[valueTo - 1]!)) valueTo--;
  framing.look(bytes, {
    name: from,
    nameEnd,
    value: { from: valueFrom, to: valueTo, offset },
  });
}

function badName(
  bytes: Uint8Array,
  { from, to, nameEnd, offset }: { from: number; to: number; nameEnd: number; offset: number },
): ProtocolError {
  const received = octetName(nameEnd < to ? bytes[nameEnd] : undefined);
  const at = offset + nameEnd - from;
  if (nameEnd > from) {
    return badField('":" right behind the field name', { offset: at, received });
  }
  // A line that begins with a blank was once the rest of the one before it (RFC 9112, 5.2).
  return isBlank(bytes[from]!)
    ? badField("no folded line", { offset: at, received: "one that begins with a blank" })
    : badField("a field name", { offset: at, received });
}

function badField(
  expected: string,
  { offset, received }: { offset: number; received: string },
): ProtocolError {
  return broken("field line", { code: "bad-field", offset, expected, received });
}
