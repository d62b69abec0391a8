import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { irc, type IrcMessage } from "../../codec/irc/mod.ts";

/** What our messages are held against before they wait. */
const CODEC = irc();

/** Refuses a message that could not be sent later. @throws {ProtocolError} It cannot be said in IRC, or is too long; its side is `local`. */
export function requireSendable(message: IrcMessage): void {
  CODEC.encode(message);
}

/**
 * Refuses what could not be said to any server, and does not show it: a password may be among it.
 *
 * @throws {ProtocolError} As {@linkcode requireSendable}; it names the command.
 */
export function requireSendableUnseen(message: IrcMessage): void {
  const what = `Cannot send ${message.command}`;
  try {
    requireSendable(message);
  } catch (error) {
    if (error instanceof LimitError) {
      const { limit, max, got } = error;
      throw new LimitError(what, { limit, max, got, unit: "bytes", side: "local" });
    }
    if (!(error instanceof ProtocolError)) throw error;
    throw new ProtocolError(`${what}: it cannot be said in UTF-8 and one line`, {
      code: error.code,
      side: "local",
      offset: 0,
      expected: error.expected,
      received: "something else",
    });
  }
}
