// This module is browser compatible.

import { withoutBlanks } from "../http/blanks.ts";
import { listItems, splitOutsideQuotes } from "../http/list_items.ts";
import { isToken } from "../http/text_rules.ts";

/** One extension that is offered or agreed on (RFC 6455, 9.1). */
export interface Extension {
  /** Its name, in the case in which it came. */
  readonly name: string;
  /** Its parameters in their order; one may come twice. A value is what a quoted one stands for. */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

/**
 * Takes the lines of Sec-WebSocket-Extensions apart; nothing where they break the grammar.
 *
 * ```text
 *   permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other
 * ```
 */
export function parseExtensions(lines: readonly string[]): Extension[] | undefined {
  const extensions: Extension[] = [];
  for (const line of lines) {
    const items = listItems(line);
    if (items.length === 0) return undefined;
    for (const item of items) {
      const extension = parseExtension(item);
      if (!extension) return undefined;
      extensions.push(extension);
    }
  }
  return extensions;
}

function parseExtension(text: string): Extension | undefined {
  // What has an odd quote is no token.
  const [name, ...rest] = splitOutsideQuotes(text, ";").map((part) => withoutBlanks(part));
  if (!isToken(name)) return undefined;
  const parameters: [string, string | undefined][] = [];
  for (const part of rest) {
    const equals = part.indexOf("=");
    const parameter = equals < 0 ? part : withoutBlanks(part.slice(0, equals));
    const value = equals < 0 ? undefined : valueOf(withoutBlanks(part.slice(equals + 1)));
    if (!isToken(parameter) || (equals >= 0 && !isToken(value))) return undefined;
    parameters.push([parameter, value]);
  }
  return { name, parameters };
}

/** Returns what a value stands for; a quoted one is a token too, once its quotes are off. */
function valueOf(text: string): string | undefined {
  if (!text.startsWith('"')) return text;
  if (text.length < 2 || !text.endsWith('"')) return undefined;
  return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}
