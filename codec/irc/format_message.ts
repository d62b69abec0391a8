// This module is browser compatible.

import { shown } from "../arguments.ts";
import { localError } from "./local_error.ts";
import type { IrcMessage } from "./message.ts";
import { MAX_PARAMS } from "./parse_message.ts";
import { formatTags } from "./tags.ts";

/**
 * From which parameter on the last one is said by a person. It gets its colon even where none is needed: there are peers
 * that look for it.
 */
const TEXT_FROM: Readonly<Record<string, number>> = {
  PRIVMSG: 1,
  NOTICE: 1,
  TOPIC: 1,
  PART: 1,
  KICK: 2,
  QUIT: 0,
  AWAY: 0,
  ERROR: 0,
  "332": 2,
  "353": 3,
};

/**
 * Makes one line of a message, without its ending: the opposite of {@linkcode parseIrcMessage}. What it writes is read as
 * the same message (RFC 2812, 2.3.1), and it never becomes two lines; how long it is, is not looked at.
 *
 * @throws {ProtocolError} CR, LF or NUL stands anywhere, a parameter that is not the last is empty, holds a space or begins
 * with a colon, there are more than 15 of them, or the command, the source or a tag's key cannot be read back; its side is
 * `local`.
 * @throws {TypeError} It is no message.
 *
 * @example
 * ```ts
 * import { formatIrcMessage } from "@parley/sockets/codec/irc";
 * import { assert, assertThrows } from "@std/assert";
 * const line = formatIrcMessage({ command: "PRIVMSG", params: ["#news", "hello all"] });
 * assert(line === "PRIVMSG #news :hello all");
 * assertThrows(() => formatIrcMessage({ command: "PRIVMSG", params: ["#news", "hi\nQUIT"] }));
 * ```
 */
export function formatIrcMessage(message: IrcMessage): string {
  const { tags, source, command, params } = requireIrcMessage(message);
  let line = "";
  if (tags !== undefined && tags.size > 0) line = `@${formatTags(tags)} `;
  if (source !== undefined) line += `:${requireSource(source)} `;
  line += requireCommand(command);
  if (params.length > MAX_PARAMS) {
    throw localError(`${params.length} parameters are too many`, {
      expected: `at most ${MAX_PARAMS} parameters`,
    });
  }
  const last = params.length - 1;
  for (let index = 0; index < last; index++) line += ` ${requireMiddle(params[index]!, index)}`;
  if (last < 0) return line;
  const trailing = requireClean(params[last]!, `parameter ${last + 1}`);
  return line + (needsColon(trailing) || isText(command, last) ? " :" : " ") + trailing;
}

/** Says whether the last of the parameters is one that a person says, and has a colon whatever is in it. */
export function isText(command: string, last: number): boolean {
  const from = TEXT_FROM[command];
  return from !== undefined && last >= from;
}

/** Refuses what is no message, as JavaScript may pass it. @throws {TypeError} It is something else. */
export function requireIrcMessage(message: IrcMessage): IrcMessage {
  // For the compiler it is one here, whatever JavaScript passed.
  const given: unknown = message;
  const isMessage = typeof given === "object" && given !== null && Array.isArray(message.params) &&
    typeof message.command === "string" &&
    (message.source === undefined || typeof message.source === "string") &&
    (message.tags === undefined || message.tags instanceof Map) &&
    message.params.every((param: unknown) => typeof param === "string");
  if (isMessage) return message;
  throw new TypeError(`Cannot encode IRC message: ${shown(given)} is none`);
}

/** Says whether a parameter would be read as another one without a colon in front. */
export function needsColon(text: string): boolean {
  return text === "" || text.startsWith(":") || text.includes(" ");
}

function requireClean(text: string, what: string): string {
  if (!/[\0\r\n]/.test(text)) return text;
  throw localError(`${what}, ${shown(text)}, holds CR, LF or NUL`, {
    expected: "text without CR, LF and NUL",
  });
}

function requireMiddle(text: string, index: number): string {
  const what = `parameter ${index + 1}`;
  if (!needsColon(text)) return requireClean(text, what);
  throw localError(`${what}, ${shown(text)}, is not the last one`, {
    expected: "text without spaces that does not begin with a colon",
  });
}

function requireSource(source: string): string {
  if (source !== "" && !source.includes(" ")) return requireClean(source, "the source");
  throw localError(`the source is ${shown(source)}`, { expected: "a source without spaces" });
}

function requireCommand(command: string): string {
  if (/^[^\0\r\n :@][^\0\r\n ]*$/.test(command)) return command;
  throw localError(`the command is ${shown(command)}`, { expected: "a word or three digits" });
}
