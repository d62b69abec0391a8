import { type IrcMessage, parseIrcMessage } from "../../../codec/irc/mod.ts";

/** Returns the message that a line is. */
export function messageOf(line: string): IrcMessage {
  const message = parseIrcMessage(line);
  if (!message) throw new Error(`There is no message in ${JSON.stringify(line)}`);
  return message;
}
