import { type IrcMessage, NUMERICS } from "../../codec/irc/mod.ts";
import type { Channel } from "../channel.ts";
import { type Client, type Commands, MASKS_OF_A_TARGET, USERS_OF_A_TARGET } from "../command.ts";
import { cutText } from "../cut_text.ts";
import { isChannel, listed } from "../names.ts";
import { nameFormOf } from "../names_text.ts";
import { noSuchChannel, notOperator, requireMember } from "./refusals.ts";

/** Coming and going (RFC 2812, 3.2). */
export const CHANNEL_COMMANDS: Commands = {
  JOIN: {
    minParams: 1,
    async run(client, { params: [names = "", keys] }) {
      const { user } = client;
      if (names === "0") return await partAll(client);
      // An empty key stands for a channel that has none, so the others keep their places.
      const passwords = keys?.split(",") ?? [];
      const wanted = listed(names);
      client.charge(wanted.length - 1);
      for (const [at, name] of wanted.entries()) {
        if (user.isGone) return;
        const channel = enter(client, { name, password: passwords[at] });
        if (channel) await greet(client, channel);
        const room = user.ready();
        if (room) await room;
      }
    },
  },
  PART: {
    minParams: 1,
    async run(client, { params: [names, reason] }) {
      const { user } = client;
      const wanted = listed(names);
      client.charge(wanted.length - 1);
      for (const name of wanted) {
        if (user.isGone) return;
        const channel = requireMember(client, name);
        if (channel) part(client, { channel, reason });
        const room = user.ready();
        if (room) await room;
      }
    },
  },
  TOPIC: {
    minParams: 1,
    run(client, { params: [name = "", topic] }) {
      const { user, state } = client;
      if (topic === undefined) {
        const channel = state.channelOf(name);
        if (!channel?.isVisibleTo(user)) return noSuchChannel(client, name);
        if (channel.topic !== "") return tellTopic(client, channel);
        return user.reply(NUMERICS.RPL_NOTOPIC, channel.name, "No topic is set");
      }
      const channel = requireMember(client, name);
      if (!channel) return;
      if (channel.flags.has("t") && !channel.isOperator(user)) return notOperator(client, channel);
      channel.topic = cutText(topic, state.settings.limits.maxTopicBytes);
      channel.topicBy = user.nick;
      channel.topicSeconds = state.nowSeconds();
      state.fanOut.toChannel(channel, said(client, "TOPIC", [channel.name, channel.topic]));
    },
  },
  NAMES: {
    async run(client, { params: [names] }) {
      const { user, state } = client;
      const wanted = listed(names);
      if (wanted.length === 0) return user.reply(NUMERICS.RPL_ENDOFNAMES, "*", "End of NAMES");
      const { maxTargets } = state.settings.limits;
      client.charge(Math.min(wanted.length, maxTargets) - 1);
      for (const name of wanted.slice(0, maxTargets)) {
        const channel = state.channelOf(name);
        if (channel?.isVisibleTo(user)) {
          // What its members get is kept, and what others get is not.
          const { members } = channel;
          if (!members.has(user)) client.charge(members.size / USERS_OF_A_TARGET);
          await tellNames(client, channel);
        } else user.reply(NUMERICS.RPL_ENDOFNAMES, name, "End of NAMES");
      }
    },
  },
  LIST: {
    async run(client, { params: [filter] }) {
      const { user, state } = client;
      const [least, most] = sizesOf(filter);
      const isBySize = least > 0 || most < Infinity;
      client.charge(10);
      const channels = filter === undefined || isBySize
        ? state.channels.values()
        : listed(filter).map((name) => state.channelOf(name)).filter((one) => one !== undefined);
      user.reply(NUMERICS.RPL_LISTSTART, "Channel", "Users  Name");
      for (const channel of channels) {
        const { size } = channel.members;
        if (size < least || size > most || !channel.isVisibleTo(user)) continue;
        user.reply(NUMERICS.RPL_LIST, channel.name, String(size), channel.topic);
        const room = user.ready();
        if (room) await room;
      }
      user.reply(NUMERICS.RPL_LISTEND, "End of LIST");
    },
  },
  KICK: {
    minParams: 2,
    run(client, { params: [name = "", nicks, reason] }) {
      const { user, state } = client;
      const channel = requireMember(client, name);
      if (!channel) return;
      if (!channel.isOperator(user)) return notOperator(client, channel);
      const { maxTargets, maxReasonBytes } = state.settings.limits;
      const wanted = listed(nicks);
      client.charge(Math.min(wanted.length, maxTargets) - 1);
      for (const nick of wanted.slice(0, maxTargets)) {
        if (user.isGone) return;
        // Who has kicked itself kicks nobody else.
        if (!channel.isOperator(user)) return void requireMember(client, name);
        const target = state.userOf(nick);
        if (!target || !channel.members.has(target)) {
          user.reply(
            NUMERICS.ERR_USERNOTINCHANNEL,
            nick,
            channel.name,
            "They are not on that channel",
          );
          continue;
        }
        const text = cutText(reason || user.nick, maxReasonBytes);
        state.fanOut.toChannel(channel, said(client, "KICK", [channel.name, target.nick, text]));
        state.fanOut.settle(target);
        state.leave(target, channel);
        state.settings.report({
          type: "kicked",
          id: target.connection.id,
          nick: target.nick,
          channel: channel.name,
          by: user.nick,
        });
      }
    },
  },
  INVITE: {
    minParams: 2,
    run(client, { params: [nick = "", name = ""] }) {
      const { user, state } = client;
      const channel = requireMember(client, name);
      if (!channel) return;
      const target = state.userOf(nick);
      if (!target) return user.reply(NUMERICS.ERR_NOSUCHNICK, nick, "No such nick");
      if (channel.flags.has("i") && !channel.isOperator(user)) return notOperator(client, channel);
      if (channel.members.has(target)) {
        return user.reply(
          NUMERICS.ERR_USERONCHANNEL,
          target.nick,
          channel.name,
          "is already on channel",
        );
      }
      // Anybody may say that there is a channel, and only an operator opens it (RFC 2811, 4.2.2 and 4.3.1).
      if (channel.isOperator(user)) state.memberships.invite(target, channel);
      state.fanOut.toUsers([target], said(client, "INVITE", [target.nick, channel.name]));
      user.reply(NUMERICS.RPL_INVITING, target.nick, channel.name);
      if (target.away !== undefined) user.reply(NUMERICS.RPL_AWAY, target.nick, target.away);
    },
  },
};

function said({ user }: Client, command: string, params: string[]): IrcMessage {
  return { source: user.source, command, params };
}

/** Brings the client into a channel, where it may come in; undefined where it may not, or is there already. */
function enter(
  client: Client,
  { name, password }: { name: string; password: string | undefined },
): Channel | undefined {
  const { user, state } = client;
  const { limits } = state.settings;
  if (!isChannel(name, limits.maxChannelBytes)) {
    noSuchChannel(client, name);
    return undefined;
  }
  const channel = state.channelOf(name);
  if (channel?.members.has(user)) return undefined;
  if (state.memberships.channelsOf(user).size >= limits.maxChannelsPerUser) {
    user.reply(NUMERICS.ERR_TOOMANYCHANNELS, name, "You have joined too many channels");
    return undefined;
  }
  if (channel) {
    client.charge(channel.masksFor(user) / MASKS_OF_A_TARGET);
    if (!mayEnter(client, { channel, password })) return undefined;
    state.fanOut.toChannel(channel, said(client, "JOIN", [channel.name]));
    tellAway(client, channel);
    return join(client, name);
  }
  if (state.channels.size >= limits.maxChannels) {
    user.reply(NUMERICS.ERR_UNAVAILRESOURCE, name, "The server has too many channels");
    return undefined;
  }
  return join(client, name);
}

function join({ user, state }: Client, name: string): Channel {
  const channel = state.join(user, name);
  const { id } = user.connection;
  state.settings.report({ type: "joined", id, nick: user.nick, channel: channel.name });
  return channel;
}

/** Tells those who want to know it that who comes in is away (IRCv3 away-notify). */
function tellAway(client: Client, { members }: Channel): void {
  const { away } = client.user;
  if (away === undefined) return;
  const hearers = [...members.keys()].filter(({ capabilities }) => capabilities.has("away-notify"));
  client.state.fanOut.toUsers(hearers, said(client, "AWAY", [away]));
}

function mayEnter(
  { user, state }: Client,
  { channel, password }: { channel: Channel; password: string | undefined },
): boolean {
  const { name, flags, maxMembers, members } = channel;
  const isInvited = state.memberships.isInvited(user, channel);
  if (channel.password !== undefined && channel.password !== password) {
    user.reply(NUMERICS.ERR_BADCHANNELKEY, name, "Cannot join channel (+k)");
  } else if (flags.has("i") && !isInvited && !channel.isExpected(user)) {
    user.reply(NUMERICS.ERR_INVITEONLYCHAN, name, "Cannot join channel (+i)");
  } else if (maxMembers !== undefined && members.size >= maxMembers && !isInvited) {
    user.reply(NUMERICS.ERR_CHANNELISFULL, name, "Cannot join channel (+l)");
  } else if (channel.isBanned(user) && !isInvited) {
    user.reply(NUMERICS.ERR_BANNEDFROMCHAN, name, "Cannot join channel (+b)");
  } else return true;
  return false;
}

/** Tells who has come in that it has, what the topic is and who is there. */
async function greet(client: Client, channel: Channel): Promise<void> {
  client.user.send(said(client, "JOIN", [channel.name]));
  if (channel.topic !== "") tellTopic(client, channel);
  await tellNames(client, channel);
}

function tellTopic({ user }: Client, { name, topic, topicBy, topicSeconds }: Channel): void {
  user.reply(NUMERICS.RPL_TOPIC, name, topic);
  user.reply(NUMERICS.RPL_TOPICWHOTIME, name, topicBy, String(topicSeconds));
}

async function tellNames({ user }: Client, channel: Channel): Promise<void> {
  const form = nameFormOf(user);
  const symbol = channel.flags.has("s") ? "@" : "=";
  const isInside = channel.members.has(user);
  for (const names of channel.names(form, isInside ? "members" : "others")) {
    user.reply(NUMERICS.RPL_NAMREPLY, symbol, channel.name, names);
    const room = user.ready();
    if (room) await room;
  }
  user.reply(NUMERICS.RPL_ENDOFNAMES, channel.name, "End of NAMES");
}

function part(
  client: Client,
  { channel, reason }: { channel: Channel; reason: string | undefined },
): void {
  const { user, state } = client;
  const text = reason ? [cutText(reason, state.settings.limits.maxReasonBytes)] : [];
  const message = said(client, "PART", [channel.name, ...text]);
  state.fanOut.toChannel(channel, message, { except: user });
  user.send(message);
  state.leave(user, channel);
  const { id } = user.connection;
  state.settings.report({ type: "parted", id, nick: user.nick, channel: channel.name });
}

async function partAll(client: Client): Promise<void> {
  const { user, state } = client;
  const channels = [...state.memberships.channelsOf(user)];
  client.charge(channels.length - 1);
  for (const channel of channels) {
    // It may have been kicked meanwhile.
    if (channel.members.has(user)) part(client, { channel, reason: undefined });
    const room = user.ready();
    if (room) await room;
  }
}

/** Returns how many may be in a channel that is asked for: `>3`, `<20`, or both with a comma. */
function sizesOf(filter: string | undefined): [least: number, most: number] {
  let [least, most] = [0, Infinity];
  for (const one of listed(filter)) {
    const bound = /^[<>](\d{1,9})$/.exec(one);
    if (!bound) return [0, Infinity];
    if (one.startsWith(">")) least = Number(bound[1]) + 1;
    else most = Number(bound[1]) - 1;
  }
  return [least, most];
}
