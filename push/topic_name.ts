import { counted } from "../net/counted.ts";

/** Bytes that the name of a topic may have, in UTF-8. */
export const MAX_TOPIC_BYTES = 255;

/** What no name holds: control characters, what is no character, and what hides or reorders text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;
/** These two are in words of many languages, and in emoji. */
const JOINERS = /[\u200c\u200d]/g;

/**
 * Returns what keeps a text from being the name of a topic, in words; undefined where it can be one: 1 to 255 bytes of
 * printable characters.
 *
 * @example
 * ```ts
 * import { topicNameFault } from "@parley/sockets/push";
 * import { assert } from "@std/assert";
 * assert(topicNameFault("news/sport") === undefined);
 * assert(topicNameFault("a\nb") === "a topic holds printable characters alone");
 * ```
 */
export function topicNameFault(name: string): string | undefined {
  const seen = name.replace(JOINERS, "");
  if (seen === "") return "a topic has a name";
  if (UNPRINTABLE.test(seen)) return "a topic holds printable characters alone";
  const bytes = new TextEncoder().encode(name).length;
  if (bytes <= MAX_TOPIC_BYTES) return undefined;
  return `a topic has up to ${MAX_TOPIC_BYTES} bytes, and this has ${counted(bytes, "byte")}`;
}
