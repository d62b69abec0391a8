// This module is browser compatible.

import { shown } from "../arguments.ts";
import { localError } from "./local_error.ts";

/**
 * Cuts the list of a CAP message into names and values (IRCv3 capability negotiation); a capability without a value has the
 * empty one. It refuses nothing. In a request, a name that is to be switched off keeps its `-`.
 *
 * @example
 * ```ts
 * import { parseCapabilities } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * const capabilities = parseCapabilities("sasl=PLAIN,EXTERNAL multi-prefix");
 * assertEquals([...capabilities], [["sasl", "PLAIN,EXTERNAL"], ["multi-prefix", ""]]);
 * ```
 */
export function parseCapabilities(text: string): Map<string, string> {
  const capabilities = new Map<string, string>();
  for (const word of text.split(" ")) {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (name !== "") capabilities.set(name, equals < 0 ? "" : word.slice(equals + 1));
  }
  return capabilities;
}

/**
 * Makes the list of a CAP message: the opposite of {@linkcode parseCapabilities}. The empty value is left out with its `=`.
 *
 * @throws {ProtocolError} A name is empty or holds a space or `=`, or a value holds a space; its side is `local`.
 *
 * @example
 * ```ts
 * import { formatCapabilities } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * const text = formatCapabilities(new Map([["sasl", "PLAIN"], ["multi-prefix", ""]]));
 * assert(text === "sasl=PLAIN multi-prefix");
 * ```
 */
export function formatCapabilities(capabilities: ReadonlyMap<string, string>): string {
  const words: string[] = [];
  for (const [name, value] of capabilities) {
    if (name === "" || /[ =]/.test(name) || value.includes(" ")) {
      throw localError(`${shown(name)} with the value ${shown(value)} is none`, {
        what: "capability",
        expected: "a name without space and equals sign, and a value without space",
      });
    }
    words.push(value === "" ? name : `${name}=${value}`);
  }
  return words.join(" ");
}
