// This module is browser compatible.

import { withoutBlanks } from "./blanks.ts";

/**
 * Returns the members of a comma-separated value (RFC 9110, 5.6.1) without the blanks around them and without empty ones.
 * A comma inside a quoted string parts nothing.
 *
 * @example
 * ```ts
 * import { listItems } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * assert(listItems('gzip, "a,b",, br').join("|") === 'gzip|"a,b"|br');
 * ```
 */
export function listItems(value: string): string[] {
  const items: string[] = [];
  const take = (from: number, to: number) => {
    const item = withoutBlanks(value, { from, to });
    if (item !== "") items.push(item);
  };
  let from = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const character = value[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === "\\") at++;
    else if (!quoted && character === ",") {
      take(from, at);
      from = at + 1;
    }
  }
  take(from, value.length);
  return items;
}
