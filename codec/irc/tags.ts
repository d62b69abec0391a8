// This module is browser compatible.

import { shown } from "../arguments.ts";
import { localError } from "./local_error.ts";

/** What stands for the characters that would end a value (IRCv3 message tags). */
const ESCAPES: Readonly<Record<string, string>> = {
  ";": "\\:",
  " ": "\\s",
  "\\": "\\\\",
  "\r": "\\r",
  "\n": "\\n",
};

const UNESCAPED: Readonly<Record<string, string>> = { ":": ";", s: " ", r: "\r", n: "\n" };

/**
 * Cuts tags, without their `@`, into keys and values (IRCv3 message tags). It refuses nothing: a tag without a key is left
 * out, a backslash that escapes nothing is dropped, and of tags with the same key the last one counts.
 *
 * @example
 * ```ts
 * import { parseTags } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * const tags = parseTags("time=12:00;+draft/reply;note=a\\sb\\:c");
 * assertEquals([...tags], [["time", "12:00"], ["+draft/reply", ""], ["note", "a b;c"]]);
 * ```
 */
export function parseTags(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  const isEscaped = text.includes("\\");
  for (let at = 0; at < text.length;) {
    let end = text.indexOf(";", at);
    if (end < 0) end = text.length;
    const tag = text.slice(at, end);
    at = end + 1;
    const equals = tag.indexOf("=");
    const key = equals < 0 ? tag : tag.slice(0, equals);
    if (key === "") continue;
    const value = equals < 0 ? "" : tag.slice(equals + 1);
    tags.set(key, isEscaped ? unescaped(value) : value);
  }
  return tags;
}

/**
 * Makes one text of tags, without an `@` in front: the opposite of {@linkcode parseTags}. The empty value is left out with
 * its `=`.
 *
 * @throws {ProtocolError} A key is empty or holds a space, `;`, `=`, CR, LF or NUL, or a value holds NUL; its side is
 * `local`.
 *
 * @example
 * ```ts
 * import { formatTags } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(formatTags(new Map([["note", "a b"], ["bot", ""]])) === "note=a\\sb;bot");
 * ```
 */
export function formatTags(tags: ReadonlyMap<string, string>): string {
  let text = "";
  for (const [key, value] of tags) {
    if (typeof key !== "string" || key === "" || /[\0\r\n ;=]/.test(key)) {
      throw localError(`the tag ${shown(key)} is no key`, {
        expected: "a key without space, semicolon, equals sign, CR, LF and NUL",
      });
    }
    if (typeof value !== "string" || value.includes("\0")) {
      throw localError(`the value of the tag ${shown(key)} is ${shown(value)}`, {
        expected: "text without NUL",
      });
    }
    text += text === "" ? key : `;${key}`;
    if (value !== "") text += `=${value.replace(/[; \\\r\n]/g, escaped)}`;
  }
  return text;
}

function escaped(character: string): string {
  return ESCAPES[character]!;
}

function unescaped(value: string): string {
  // In one go, so that what an escape stands for is not taken for the beginning of another.
  return value.replace(/\\([^]?)/g, (_escape, character: string) => {
    return UNESCAPED[character] ?? character;
  });
}
