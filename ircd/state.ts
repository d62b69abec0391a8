import { foldCase, type IrcMessage } from "../codec/irc/mod.ts";
import type { Clock } from "../net/clock.ts";
import { byteLength, cutText } from "./cut_text.ts";
import { Channel } from "./channel.ts";
import type { IrcEvent } from "./events.ts";
import type { FanOut } from "./fan_out.ts";
import type { IrcLimits } from "./limits.ts";
import { Memberships } from "./memberships.ts";
import type { User } from "./user.ts";

/** What a network is told once. */
export interface Settings {
  readonly serverName: string;
  readonly networkName: string;
  readonly version: string;
  /** The lines of the message of the day; none where there is no such message. */
  readonly motd: readonly string[];
  /** Of what who registers has to say first. */
  readonly passwordDigest: string | undefined;
  readonly limits: IrcLimits;
  readonly clock: Clock;
  readonly report: (event: IrcEvent) => void;
}

/** How long somebody who is dropped may take to read why. */
const DROP_MS = 5_000;

/** Who is there, which channels there are, and how both come and go. */
export class State {
  readonly settings: Settings;
  readonly fanOut: FanOut;
  readonly memberships: Memberships;
  /** By their names as they are compared. */
  readonly channels = new Map<string, Channel>();
  readonly startedAt: Date;
  /** Those who have a nickname, by that as it is compared; not all are registered. */
  readonly #nicks = new Map<string, User>();
  /** Those who are registered, in the order in which they came. */
  readonly users = new Set<User>();
  /** How many are connected, and have not said yet who they are. */
  unknown = 0;
  /** How many of those who are registered do not want to be found. */
  invisible = 0;
  /** How many were there at one time, at most. */
  mostUsers = 0;

  /** Nobody is there yet. */
  constructor(settings: Settings, fanOut: FanOut) {
    this.settings = settings;
    this.fanOut = fanOut;
    this.startedAt = settings.clock.date();
    this.memberships = new Memberships({ maxInvitations: settings.limits.maxChannelsPerUser });
  }

  /** Returns who is registered under a nickname. */
  userOf(nick: string): User | undefined {
    const user = this.#nicks.get(foldCase(nick));
    return user?.isRegistered ? user : undefined;
  }

  /** Returns a channel by its name. */
  channelOf(name: string): Channel | undefined {
    return this.channels.get(foldCase(name));
  }

  /** Gives somebody a nickname, or another one; says false where somebody else has it. */
  rename(user: User, nick: string): boolean {
    const key = foldCase(nick);
    const holder = this.#nicks.get(key);
    if (holder !== undefined && holder !== user) return false;
    this.#nicks.delete(user.key);
    this.#nicks.set(key, user);
    user.rename(nick, key);
    return true;
  }

  /** Takes note that somebody is registered now. */
  register(user: User): void {
    user.isRegistered = true;
    this.unknown--;
    this.users.add(user);
    this.mostUsers = Math.max(this.mostUsers, this.users.size);
  }

  /** Hides somebody from those who share no channel with it, or shows it again; says whether that is a change. */
  hide(user: User, isInvisible: boolean): boolean {
    if (user.isInvisible === isInvisible) return false;
    user.isInvisible = isInvisible;
    this.invisible += isInvisible ? 1 : -1;
    return true;
  }

  /** Brings somebody into a channel that is there, or is made. */
  join(user: User, name: string): Channel {
    const key = foldCase(name);
    let channel = this.channels.get(key);
    if (channel === undefined) {
      const { serverName, limits } = this.settings;
      // In front of them stands `:server 353 nick = #channel :`, and CRLF behind.
      const beside = 13 + serverName.length + limits.maxNickBytes + byteLength(name);
      channel = new Channel(name, {
        key,
        nowSeconds: this.nowSeconds(),
        maxNamesBytes: 512 - beside,
      });
      this.channels.set(key, channel);
    }
    this.memberships.join(user, channel);
    this.fanOut.joined(channel, user);
    return channel;
  }

  /** Takes somebody out of a channel, which is forgotten where nobody is left. */
  leave(user: User, channel: Channel): void {
    this.memberships.leave(user, channel);
    if (channel.members.size === 0) this.channels.delete(channel.key);
  }

  /** Says something of a user's own to everybody who shares a channel with it, and to itself where `isToItself`. */
  toPeers(user: User, message: IrcMessage, { isToItself }: { isToItself: boolean }): void {
    const channels = this.memberships.channelsOf(user);
    const except = isToItself ? undefined : user;
    if (channels.size === 1) {
      for (const channel of channels) this.fanOut.toChannel(channel, message, { except });
      return;
    }
    this.fanOut.flush();
    if (isToItself) this.fanOut.toUsers([user], message);
    this.fanOut.toUsers(this.memberships.peersOf(user), message);
  }

  /** Takes somebody off the network, and tells the others why; once, whoever asks. */
  quit(user: User, reason: string): void {
    if (user.isGone) return;
    user.isGone = true;
    const { id } = user.connection;
    const cut = cutText(reason, this.settings.limits.maxReasonBytes);
    if (user.isRegistered && (!user.connection.draining || this.#isAnybodyStaying())) {
      this.toPeers(user, { source: user.source, command: "QUIT", params: [cut] }, {
        isToItself: false,
      });
    }
    for (const channel of [...this.memberships.channelsOf(user)]) this.leave(user, channel);
    this.memberships.forget(user);
    this.#nicks.delete(user.key);
    if (!user.isRegistered) {
      this.unknown--;
      return;
    }
    this.hide(user, false);
    this.users.delete(user);
    this.settings.report({ type: "left", id, nick: user.nick, reason: cut });
  }

  /** At a shutdown everybody goes, and nobody has to hear it of everybody; with several servers not all may. */
  #isAnybodyStaying(): boolean {
    for (const { connection } of this.users) if (!connection.draining) return true;
    return false;
  }

  /** Tells somebody why its connection ends. */
  sayError(user: User, reason: string): void {
    const text = cutText(`Closing link: ${user.host} (${reason})`, MAX_ERROR_BYTES);
    user.send({ command: "ERROR", params: [text] });
  }

  /** Takes somebody off the network and ends its connection. It is told why, as far as it still reads. */
  drop(user: User, reason: string): void {
    if (user.isGone) return;
    this.quit(user, reason);
    this.sayError(user, reason);
    const { connection } = user;
    const cancel = this.settings.clock.wait(DROP_MS, () => connection.abort());
    void connection.close().then(cancel);
  }

  /** The time as numerics have it. */
  nowSeconds(): number {
    return Math.floor(this.settings.clock.date().getTime() / 1000);
  }
}

const MAX_ERROR_BYTES = 400;
