import { foldCase, type IrcMessage, IrcSupport, parseSource } from "../../codec/irc/mod.ts";
import { KnownCapabilities } from "./capabilities.ts";
import { changedKey } from "./channel_key.ts";
import type { IrcRooms } from "./rooms.ts";

/** What an {@linkcode IrcState} begins with. */
export interface IrcStateOptions {
  /** The nickname that is asked for first. */
  readonly nick: string;
  /** The channels, which outlive a connection. */
  readonly rooms: IrcRooms;
  /** Capabilities that are kept. */
  readonly maxCapabilities: number;
}

/** What a client knows of itself and of its server, as the server's messages tell it: it belongs to one connection. */
export class IrcState {
  /** The own nickname; up to the welcome the one that is asked for. */
  nick: string;
  /** The own user and host, as others see them; undefined where nothing has told. */
  user: string | undefined;
  host: string | undefined;
  /** What the server supports. */
  readonly support: IrcSupport = new IrcSupport();
  /** What it offers beyond that. */
  readonly capabilities: KnownCapabilities;
  /** Why the server ends the connection, in its own words. */
  farewell: string | undefined;
  readonly #rooms: IrcRooms;

  /** Begins with what the client wants. */
  constructor({ nick, rooms, maxCapabilities }: IrcStateOptions) {
    this.nick = nick;
    this.#rooms = rooms;
    this.capabilities = new KnownCapabilities({ maxCapabilities });
  }

  /** Says whether the server takes two names for one. */
  isSame(name: string, other: string): boolean {
    const { casemapping } = this.support;
    return foldCase(name, casemapping) === foldCase(other, casemapping);
  }

  /** Says whether a message is from us. */
  isOwn({ source }: IrcMessage): boolean {
    return source !== undefined && this.isSame(parseSource(source).nick, this.nick);
  }

  /** Takes note of what a message says. @throws {LimitError} The server makes us keep too much. */
  heard(message: IrcMessage): void {
    const { command, params } = message;
    const [first = "", second = ""] = params;
    const isOwn = this.isOwn(message);
    if (isOwn) this.#address(message);
    switch (command) {
      case "001":
        // The server has the last word: it may have cut the nickname.
        if (first !== "") this.nick = first;
        break;
      case "005":
        this.support.apply(params);
        this.#rooms.casemapping = this.support.casemapping;
        break;
      case "302":
        this.#userHost(second);
        break;
      case "396":
        if (this.isSame(first, this.nick)) this.#hostText(second);
        break;
      case "CAP":
        this.capabilities.heard(message);
        break;
      case "CHGHOST":
        if (isOwn) [this.user, this.host] = [first, second];
        break;
      case "NICK":
        if (isOwn && first !== "") this.nick = first;
        break;
      case "JOIN":
        if (isOwn) { for (const channel of namesIn(first)) this.#rooms.joined(channel); }
        break;
      case "PART":
        if (isOwn) { for (const channel of namesIn(first)) this.#rooms.left(channel); }
        break;
      case "KICK":
        if (this.isSame(second, this.nick)) this.#rooms.left(first);
        break;
      case "MODE":
        this.#modes(message);
        break;
      case "ERROR":
        this.farewell = params.at(-1) ?? "";
        break;
      default:
        if (/^[45]\d\d$/.test(command)) this.#rooms.refused(second);
    }
  }

  #modes({ params: [channel = "", ...change] }: IrcMessage): void {
    const key = changedKey(change, this.support);
    if (key !== undefined) this.#rooms.keyed(channel, key || undefined);
  }

  #address({ source = "" }: IrcMessage): void {
    const { user, host } = parseSource(source);
    if (user !== undefined && host !== undefined) [this.user, this.host] = [user, host];
  }

  /** RPL_USERHOST: `ann=+~a@example.org bob*=-b@example.net`. */
  #userHost(replies: string): void {
    for (const reply of replies.split(" ")) {
      const [, nick = "", address = ""] = /^([^=*]+)\*?=[+-](.+)$/.exec(reply) ?? [];
      if (nick !== "" && this.isSame(nick, this.nick)) this.#hostText(address);
    }
  }

  /** RPL_VISIBLEHOST has a host, and on some servers a user in front of it. */
  #hostText(text: string): void {
    const at = text.lastIndexOf("@");
    if (at >= 0) this.user = text.slice(0, at);
    if (at < text.length - 1) this.host = text.slice(at + 1);
  }
}

function namesIn(list: string): string[] {
  return list.split(",").filter((name) => name !== "");
}
