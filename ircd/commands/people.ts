import { NUMERICS } from "../../codec/irc/mod.ts";
import type { Channel } from "../channel.ts";
import type { Client, Commands } from "../command.ts";
import { listed } from "../names.ts";
import { nameFormOf, prefixOf } from "../names_text.ts";
import type { User } from "../user.ts";
import { WordLines } from "../word_lines.ts";

/** More nicknames are not looked at in one USERHOST (RFC 2812, 4.8). */
const MAX_USERHOSTS = 5;
/** To look for so many is as much work as a target is. */
const NICKS_OF_A_TARGET = 10;

/** What is known of somebody who is named (RFC 2812, 3.6.2, 3.6.3, 4.8 and 4.9). */
export const PEOPLE_COMMANDS: Commands = {
  WHOIS: {
    async run(client, { params }) {
      const { user, state } = client;
      // In front of the nicknames may stand a server, of which there is one.
      const wanted = listed(params[1] ?? params[0]);
      if (wanted.length === 0) return noNickname(client);
      const { maxTargets } = state.settings.limits;
      client.charge(Math.min(wanted.length, maxTargets) - 1);
      for (const nick of wanted.slice(0, maxTargets)) {
        const target = state.userOf(nick);
        if (target) tellOf(client, target);
        else user.reply(NUMERICS.ERR_NOSUCHNICK, nick, "No such nick");
        user.reply(NUMERICS.RPL_ENDOFWHOIS, nick, "End of WHOIS");
        const room = user.ready();
        if (room) await room;
      }
    },
  },
  // Nothing is kept of who has left.
  WHOWAS: {
    run(client, { params: [nick = ""] }) {
      const { user } = client;
      if (nick === "") return noNickname(client);
      user.reply(NUMERICS.ERR_WASNOSUCHNICK, nick, "There was no such nickname");
      user.reply(NUMERICS.RPL_ENDOFWHOWAS, nick, "End of WHOWAS");
    },
  },
  USERHOST: {
    minParams: 1,
    run({ user, state }, { params }) {
      const found = new WordLines({ maxBytes: user.roomFor() });
      for (const nick of wordsOf(params).slice(0, MAX_USERHOSTS)) {
        const target = state.userOf(nick);
        if (!target) continue;
        const { away, username, host } = target;
        found.add(`${target.nick}=${away === undefined ? "+" : "-"}${username}@${host}`);
      }
      tellWords(user, { numeric: NUMERICS.RPL_USERHOST, words: found });
    },
  },
  ISON: {
    minParams: 1,
    run(client, { params }) {
      const { user, state } = client;
      const wanted = wordsOf(params);
      client.charge(wanted.length / NICKS_OF_A_TARGET);
      const found = new WordLines({ maxBytes: user.roomFor() });
      for (const nick of wanted) {
        const target = state.userOf(nick);
        if (target) found.add(target.nick);
      }
      tellWords(user, { numeric: NUMERICS.RPL_ISON, words: found });
    },
  },
};

function noNickname({ user }: Client): void {
  user.reply(NUMERICS.ERR_NONICKNAMEGIVEN, "No nickname given");
}

/** Returns the words of all parameters: a client may have sent them apart, or as one text. */
function wordsOf(params: readonly string[]): string[] {
  return params.join(" ").split(" ").filter((word) => word !== "");
}

/** Where nothing was found, that is said too. */
function tellWords(
  user: User,
  { numeric, words: { texts } }: { numeric: string; words: WordLines },
): void {
  for (const text of texts.length === 0 ? [""] : texts) user.reply(numeric, text);
}

function tellOf(client: Client, target: User): void {
  const { user, state } = client;
  const { serverName, networkName, clock } = state.settings;
  const { nick, username, host, realname, away, connectedMs, spokeMs } = target;
  user.reply(NUMERICS.RPL_WHOISUSER, nick, username, host, "*", realname);
  const channels = new WordLines({ maxBytes: user.roomFor(nick) });
  for (const channel of state.memberships.channelsOf(target)) {
    if (isShown(client, { target, channel })) {
      // Whoever is in a channel is a member of it.
      channels.add(prefixOf(channel.members.get(target)!, nameFormOf(user)) + channel.name);
    }
  }
  for (const text of channels.texts) user.reply(NUMERICS.RPL_WHOISCHANNELS, nick, text);
  user.reply(NUMERICS.RPL_WHOISSERVER, nick, serverName, networkName);
  if (away !== undefined) user.reply(NUMERICS.RPL_AWAY, nick, away);
  const now = clock.now();
  const idleSeconds = String(Math.floor((now - spokeMs) / 1000));
  const sinceSeconds = String(state.nowSeconds() - Math.floor((now - connectedMs) / 1000));
  user.reply(NUMERICS.RPL_WHOISIDLE, nick, idleSeconds, sinceSeconds, "seconds idle, signon time");
}

/** Says whether the client may know that somebody is in a channel. */
function isShown(
  { user }: Client,
  { target, channel }: { target: User; channel: Channel },
): boolean {
  if (target === user || channel.members.has(user)) return true;
  return !target.isInvisible && channel.isVisibleTo(user);
}
