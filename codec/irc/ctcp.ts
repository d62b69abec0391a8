// This module is browser compatible.

import { shown } from "../arguments.ts";
import { localError } from "./local_error.ts";

const DELIMITER = "\x01";

/** What one client says to another inside of a PRIVMSG, or answers inside of a NOTICE (CTCP). */
export interface CtcpMessage {
  /** What it is: `ACTION`, `VERSION`, `PING`. What was parsed is in upper case. */
  readonly command: string;
  /** What stands behind the command; empty where there is nothing. */
  readonly params: string;
}

/**
 * Cuts the text of a PRIVMSG or NOTICE into a CTCP message; undefined says that it is none. The delimiter at its end may be
 * missing, as it is where a server has cut the text.
 *
 * @example
 * ```ts
 * import { parseCtcp } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseCtcp("\x01ACTION waves\x01"), { command: "ACTION", params: "waves" });
 * assertEquals(parseCtcp("waves"), undefined);
 * ```
 */
export function parseCtcp(text: string): CtcpMessage | undefined {
  if (!text.startsWith(DELIMITER)) return undefined;
  const end = text.indexOf(DELIMITER, 1);
  const inner = text.slice(1, end < 0 ? text.length : end);
  const space = inner.indexOf(" ");
  const command = space < 0 ? inner : inner.slice(0, space);
  if (command === "") return undefined;
  return {
    command: command.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
    params: space < 0 ? "" : inner.slice(space + 1),
  };
}

/**
 * Makes the text of a PRIVMSG or NOTICE of a CTCP message: the opposite of {@linkcode parseCtcp}.
 *
 * @throws {ProtocolError} The command is empty or holds a space, or one of the two holds the delimiter (the byte 1), CR, LF or
 * NUL; its side is `local`.
 *
 * @example
 * ```ts
 * import { formatCtcp } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(formatCtcp({ command: "ACTION", params: "waves" }) === "\x01ACTION waves\x01");
 * ```
 */
export function formatCtcp({ command, params }: CtcpMessage): string {
  // deno-lint-ignore no-control-regex
  if (command === "" || /[\0\x01\r\n ]/.test(command) || /[\0\x01\r\n]/.test(params)) {
    throw localError(`${shown(command)} with ${shown(params)} is none`, {
      what: "CTCP message",
      expected: "a command without space, and neither NUL, the byte 1, CR nor LF",
    });
  }
  return DELIMITER + command + (params === "" ? "" : ` ${params}`) + DELIMITER;
}
