import { type IrcMessage, IrcSupport } from "../../../codec/irc/mod.ts";
import type { ChatClient } from "../../../cli/irc/chat_client.ts";

/** A client that keeps what it is told to send, its parts with bars between them; what it is told to fail with it fails with. */
export class FakeChatClient implements ChatClient {
  nick = "me";
  readonly support = new IrcSupport();
  readonly channels = new Set<string>();
  readonly sent: string[] = [];
  closed = false;
  failure: unknown;

  say(target: string, text: string): Promise<void> {
    return this.send({ command: "PRIVMSG", params: [target, text] });
  }

  notice(target: string, text: string): Promise<void> {
    return this.send({ command: "NOTICE", params: [target, text] });
  }

  act(target: string, text: string): Promise<void> {
    return this.send({ command: "PRIVMSG", params: [target, `\x01ACTION ${text}\x01`] });
  }

  join(channel: string, { key }: { readonly key?: string } = {}): Promise<void> {
    return this.send({ command: "JOIN", params: key === undefined ? [channel] : [channel, key] });
  }

  part(channel: string, reason?: string): Promise<void> {
    const params = reason === undefined ? [channel] : [channel, reason];
    return this.send({ command: "PART", params });
  }

  setTopic(channel: string, topic: string): Promise<void> {
    return this.send({ command: "TOPIC", params: [channel, topic] });
  }

  changeNick(nick: string): Promise<void> {
    return this.send({ command: "NICK", params: [nick] });
  }

  send(message: IrcMessage): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.sent.push([message.command, ...message.params].join("|"));
    return Promise.resolve();
  }
}
