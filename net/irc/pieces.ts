import { ProtocolError } from "../../codec/errors.ts";
import { splitText } from "../../codec/irc/mod.ts";
import type { IrcState } from "./state.ts";

/** A line of a server has no more bytes, with its source and CRLF (RFC 2812, 2.3). */
const LINE_BYTES = 512;
/** What servers let a user and a host have where they do not say it; a user that nobody has vouched for gets a `~`. */
const [USER_BYTES, HOST_BYTES] = [10, 63] as const;
/** No character has more bytes of UTF-8. */
const LEAST_BYTES = 4;

/** What text is cut for. */
export interface PiecesOptions {
  /** The command that carries it. */
  readonly command: "PRIVMSG" | "NOTICE";
  /** To whom it goes. */
  readonly target: string;
  /** Who says it. */
  readonly state: Pick<IrcState, "nick" | "user" | "host" | "support">;
  /** Other nicknames that we may have when it is sent. @default none */
  readonly otherNicks?: readonly string[];
  /** It may go over another connection, on which our user and host may be longer. @default {false} */
  readonly mayMove?: boolean;
  /** Bytes that stand around the text, as those of a CTCP message do. @default {0} */
  readonly aroundBytes?: number;
}

/**
 * Cuts text so that no server cuts it: the server puts who says it in front of each message, and all of that has to fit into
 * a line. The pieces together are the text. Where our address is not known it is taken for the longest that there can be,
 * and of several nicknames for the longest.
 *
 * @throws {ProtocolError} There is no text, it holds CR, LF or NUL, or the target leaves no room for it; its side is `local`.
 */
export function piecesOf(
  text: string,
  { command, target, state, otherNicks = [], mayMove = false, aroundBytes = 0 }: PiecesOptions,
): string[] {
  if (text === "") throw cannotSay("the text is empty", "text");
  if (/[\0\r\n]/.test(text)) throw cannotSay("the text holds CR, LF or NUL", "one line of text");
  const { nick, user, host, support } = state;
  const bytesWhere = (known: string | undefined, longest: number) =>
    known === undefined ? longest : Math.max(bytesOf(known), mayMove ? longest : 0);
  const nickBytes = Math.max(...[nick, ...otherNicks].map(bytesOf));
  const userBytes = bytesWhere(user, support.number("USERLEN", USER_BYTES) + 1);
  const hostBytes = bytesWhere(host, support.number("HOSTLEN", HOST_BYTES));
  const frame = bytesOf(`:!@ ${command} ${target} :\r\n`) + nickBytes + userBytes + hostBytes;
  const maxBytes = LINE_BYTES - frame - aroundBytes;
  if (maxBytes < LEAST_BYTES) {
    throw cannotSay(`${frame + aroundBytes} bytes stand around the text`, "a shorter target");
  }
  return splitText(text, { maxBytes });
}

function cannotSay(problem: string, expected: string): ProtocolError {
  return new ProtocolError(`Cannot say that: ${problem}`, {
    code: "bad-message",
    side: "local",
    offset: 0,
    expected,
    received: problem,
  });
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}
