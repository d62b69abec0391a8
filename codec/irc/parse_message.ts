// This module is browser compatible.

import { type IrcMessage, ircMessage } from "./message.ts";
import { parseTags } from "./tags.ts";

const SPACE = 32;
const COLON = 58;
const AT = 64;

/** A message has no more (RFC 2812, 2.3.1): the last one takes all that is left. */
export const MAX_PARAMS = 15;

/**
 * Cuts one line, without its ending, into a message; undefined says that there is nothing in it: it is empty, or has no
 * command behind its tags and its source. It throws at nothing: of odd text as much is understood as can be.
 *
 * Several spaces count as one, the command comes out in upper case, the 15th parameter is the rest of the line (RFC 2812,
 * 2.3.1). NULs are dropped, and what stands behind a CR or LF is not looked at, so that the message can be sent again.
 *
 * @example
 * ```ts
 * import { parseIrcMessage } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseIrcMessage(":ann!a@example.org PRIVMSG #news :hello all"), {
 *   source: "ann!a@example.org",
 *   command: "PRIVMSG",
 *   params: ["#news", "hello all"],
 * });
 * assertEquals(parseIrcMessage(""), undefined);
 * ```
 */
export function parseIrcMessage(line: string): IrcMessage | undefined {
  return parseCleanLine(
    /[\0\r\n]/.test(line) ? /^[^\r\n]*/.exec(line)![0].replaceAll("\0", "") : line,
  );
}

/** The same for a line that is known to hold no CR, LF and NUL. */
export function parseCleanLine(line: string): IrcMessage | undefined {
  let at = afterSpaces(line, 0);
  let tags: ReadonlyMap<string, string> | undefined;
  if (line.charCodeAt(at) === AT) {
    const end = line.indexOf(" ", at);
    if (end < 0) return undefined;
    tags = parseTags(line.slice(at + 1, end));
    at = afterSpaces(line, end);
  }
  let source = "";
  if (line.charCodeAt(at) === COLON) {
    const end = line.indexOf(" ", at);
    if (end < 0) return undefined;
    source = line.slice(at + 1, end);
    at = afterSpaces(line, end);
  }
  let end = line.indexOf(" ", at);
  if (end < 0) end = line.length;
  const first = line.charCodeAt(at);
  // It would be tags or a source where the message is sent again without the ones in front.
  if (end === at || first === COLON || first === AT) return undefined;
  const command = upperCase(line.slice(at, end));
  return ircMessage({ tags, source, command, params: paramsOf(line, end) });
}

function paramsOf(line: string, from: number): string[] {
  const params: string[] = [];
  const { length } = line;
  let at = afterSpaces(line, from);
  while (at < length) {
    if (line.charCodeAt(at) === COLON) {
      params.push(line.slice(at + 1));
      break;
    }
    const end = params.length === MAX_PARAMS - 1 ? -1 : line.indexOf(" ", at);
    if (end < 0) {
      params.push(line.slice(at));
      break;
    }
    params.push(line.slice(at, end));
    at = afterSpaces(line, end);
  }
  return params;
}

function afterSpaces(line: string, from: number): number {
  let at = from;
  while (line.charCodeAt(at) === SPACE) at++;
  return at;
}

/** Returns a command in upper case; only the letters of ASCII have two. */
export function upperCase(command: string): string {
  for (let at = 0; at < command.length; at++) {
    const code = command.charCodeAt(at);
    if (code >= 97 && code <= 122) {
      return command.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    }
  }
  return command;
}
