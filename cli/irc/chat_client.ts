import type { IrcMessage, IrcSupport } from "../../codec/irc/mod.ts";
import type { Viewer } from "./said.ts";

/** What a person, or what is piped in, needs of a client; each call waits until what it sends is written. */
export interface ChatClient {
  /** The own nick, as the server knows it. */
  readonly nick: string;
  /** What the server supports. */
  readonly support: Pick<IrcSupport, "casemapping" | "channelTypes">;
  /** The channels that were joined. */
  readonly channels: Iterable<string>;
  /** It is over, for good; the end of its messages says why. */
  readonly closed: boolean;
  /** Says something to a channel or a person. */
  say(target: string, text: string): Promise<void>;
  /** Says it as a notice. */
  notice(target: string, text: string): Promise<void>;
  /** Says what one does. */
  act(target: string, text: string): Promise<void>;
  /** Joins a channel. */
  join(channel: string, options?: { readonly key?: string }): Promise<void>;
  /** Leaves a channel. */
  part(channel: string, reason?: string): Promise<void>;
  /** Sets a channel's topic. */
  setTopic(channel: string, topic: string): Promise<void>;
  /** Asks for another nick. */
  changeNick(nick: string): Promise<void>;
  /** Sends any message. */
  send(message: IrcMessage): Promise<void>;
}

/** Returns who looks at what comes to a client. */
export function viewerOf({ nick, support }: Pick<ChatClient, "nick" | "support">): Viewer {
  return { nick, casemapping: support.casemapping };
}
