// This module is browser compatible.

import { shown } from "../arguments.ts";
import { base64Of } from "../bytes/base64.ts";
import { requireWellFormed } from "../text.ts";
import { localError } from "./local_error.ts";

/** An AUTHENTICATE line carries so many characters, and one that is shorter is the last (IRCv3 SASL). */
const LINE_CHARACTERS = 400;
const NOTHING = "+";

/** Whom {@linkcode saslPlain} speaks for. */
export interface SaslPlainOptions {
  /** The account whose password it is. */
  account: string;
  /** The password. */
  password: string;
  /** The account to act as. @default {""}: the one whose password it is */
  authorization?: string;
}

/**
 * Returns the message of the SASL mechanism PLAIN (RFC 4616, 2). It holds the password in clear, so only TLS should carry
 * it.
 *
 * @throws {ProtocolError} The account or the password is empty, or one of the three holds NUL or a surrogate that stands
 * alone; its side is `local`, and it does not show them.
 *
 * @example
 * ```ts
 * import { saslLines, saslPlain } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * assertEquals(saslLines(saslPlain({ account: "ann", password: "secret" })), ["AGFubgBzZWNyZXQ="]);
 * ```
 */
export function saslPlain(
  { account, password, authorization = "" }: SaslPlainOptions,
): Uint8Array<ArrayBuffer> {
  const parts = { authorization, account, password };
  for (const [name, part] of Object.entries(parts)) {
    const isMissing = part === "" && name !== "authorization";
    if (typeof part !== "string" || isMissing || part.includes("\0")) {
      throw localError(`the ${name} is empty or holds NUL`, {
        what: "SASL PLAIN",
        expected: "text without NUL",
      });
    }
    // It would become another password.
    requireWellFormed(part, "SASL PLAIN");
  }
  return new TextEncoder().encode(Object.values(parts).join("\0"));
}

/**
 * Returns what the AUTHENTICATE lines say that carry a message of a SASL mechanism (IRCv3 SASL): base64 in pieces of 400
 * characters. The last is shorter, `+` where nothing is left.
 *
 * @throws {TypeError} It is no bytes.
 *
 * @example
 * ```ts
 * import { saslLines } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * assertEquals(saslLines(new Uint8Array(0)), ["+"]);
 * assertEquals(saslLines(new Uint8Array(301)).map((line) => line.length), [400, 4]);
 * ```
 */
export function saslLines(bytes: Uint8Array): string[] {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot encode SASL message: ${shown(bytes)} is no Uint8Array`);
  }
  const text = base64Of(bytes);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += LINE_CHARACTERS) {
    lines.push(text.slice(at, at + LINE_CHARACTERS));
  }
  if (text.length % LINE_CHARACTERS === 0) lines.push(NOTHING);
  return lines;
}
