// This module is browser compatible.

/** Who says something (RFC 2812, 2.3.1, `prefix`). */
export interface IrcSource {
  /** The nickname; a server's name where a server says it. */
  readonly nick: string;
  /** What the server knows the user as; `~` in front says that nobody has vouched for it. */
  readonly user?: string;
  /** Where the user comes from, as the server shows it. */
  readonly host?: string;
}

/**
 * Cuts a source into its parts: `nick!user@host`, each but the first of which may be missing. It refuses nothing.
 *
 * @example
 * ```ts
 * import { parseSource } from "@parley/sockets/codec/irc";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseSource("ann!~a@example.org"), { nick: "ann", user: "~a", host: "example.org" });
 * assertEquals(parseSource("irc.example.org"), { nick: "irc.example.org" });
 * ```
 */
export function parseSource(text: string): IrcSource {
  // No host holds an @, and a user may have been let in with one.
  const at = text.lastIndexOf("@");
  const front = at < 0 ? text : text.slice(0, at);
  const bang = front.indexOf("!");
  const nick = bang < 0 ? front : front.slice(0, bang);
  return {
    nick,
    ...bang >= 0 && { user: front.slice(bang + 1) },
    ...at >= 0 && { host: text.slice(at + 1) },
  };
}

/**
 * Puts the parts of a source together: the opposite of {@linkcode parseSource}. What is in them is not looked at; a space is
 * refused where a message is encoded.
 *
 * @example
 * ```ts
 * import { formatSource } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * assert(formatSource({ nick: "ann", user: "a", host: "example.org" }) === "ann!a@example.org");
 * ```
 */
export function formatSource({ nick, user, host }: IrcSource): string {
  return nick + (user === undefined ? "" : `!${user}`) + (host === undefined ? "" : `@${host}`);
}
