// This module is browser compatible.

/**
 * One IRC message: a line, cut into its parts (RFC 1459, 2.3.1; RFC 2812, 2.3.1; IRCv3 message tags).
 *
 * ```text
 *   @time=12:00 :ann!a@example.org PRIVMSG #news :hello all
 *   `---------' `----------------' `-----' `---' `--------'
 *      tags          source        command    params
 * ```
 */
export interface IrcMessage {
  /** What is said about the message, by key; a tag without a value has the empty one. Absent where there are none. */
  readonly tags?: ReadonlyMap<string, string>;
  /** Who says it, without the colon: `nick!user@host` or a server's name. Absent in what most clients send. */
  readonly source?: string;
  /** A word or a number of three digits; what was decoded is in upper case. */
  readonly command: string;
  /** At most 15, the trailing one last and without its colon. Only the last may be empty or hold a space. */
  readonly params: readonly string[];
}

/** Makes a message in which a property is absent that would be empty. */
export function ircMessage(
  { tags, source, command, params }: {
    tags: ReadonlyMap<string, string> | undefined;
    source: string;
    command: string;
    params: readonly string[];
  },
): IrcMessage {
  if (tags === undefined || tags.size === 0) {
    return source === "" ? { command, params } : { source, command, params };
  }
  return source === "" ? { tags, command, params } : { tags, source, command, params };
}
