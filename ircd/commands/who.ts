import { compileMask } from "../../codec/irc/mask.ts";
import { NUMERICS } from "../../codec/irc/mod.ts";
import { nextTurn } from "../../net/turn.ts";
import type { Member } from "../channel.ts";
import { type Client, type Commands, USERS_OF_A_TARGET } from "../command.ts";
import { isShortMask } from "../masks.ts";
import { nameFormOf, prefixOf } from "../names_text.ts";
import type { User } from "../user.ts";

/** Who is there (RFC 2812, 3.6.1). */
export const WHO_COMMANDS: Commands = {
  WHO: {
    async run(client, { params: [mask = "*", flag] }) {
      // Nobody is an operator of the server.
      if (flag !== "o") await tellWho(client, mask);
      client.user.reply(NUMERICS.RPL_ENDOFWHO, mask, "End of WHO");
    },
  },
};

/** What it costs to look at everybody, however many answer. */
const EVERYBODY_TARGETS = 10;
/** To compare a mask of so many characters is as much work as to look at a user. */
const CHARACTERS_OF_A_LOOK = 30;
/** After so many others have their turn. */
const USERS_IN_ONE_TURN = 200;

async function tellWho(client: Client, mask: string): Promise<void> {
  const { user, state } = client;
  if (mask.startsWith("#")) return await tellChannel(client, mask);
  const named = state.userOf(mask);
  if (named) return tellOne(client, { target: named });
  const wanted = mask === "0" ? "*" : mask;
  if (!/[*?.:]/.test(wanted) || !isShortMask(wanted)) return;
  const work = 1 + wanted.length / CHARACTERS_OF_A_LOOK;
  client.charge(EVERYBODY_TARGETS + work * state.users.size / USERS_OF_A_TARGET);
  const matches = compileMask(wanted);
  const isForAll = matches(state.settings.serverName);
  let looked = 0;
  for (const target of state.users) {
    if (++looked % USERS_IN_ONE_TURN === 0) await new Promise<void>(nextTurn);
    if (user.isGone) return;
    if (!isForAll && !isMeant(target, matches)) continue;
    if (!isShownTo(client, target)) continue;
    tellOne(client, { target });
    const room = user.ready();
    if (room) await room;
  }
}

async function tellChannel(client: Client, name: string): Promise<void> {
  const { user, state } = client;
  const channel = state.channelOf(name);
  if (!channel?.isVisibleTo(user)) return;
  const isInside = channel.members.has(user);
  client.charge(channel.members.size / USERS_OF_A_TARGET);
  for (const [target, member] of channel.members) {
    if (user.isGone) return;
    if (!isInside && !isShownTo(client, target)) continue;
    tellOne(client, { target, in: { name: channel.name, member } });
    const room = user.ready();
    if (room) await room;
  }
}

/** Says whether a mask describes a nickname, a host or a name of somebody. */
function isMeant(
  { nick, host, username, realname }: User,
  matches: (text: string) => boolean,
): boolean {
  return matches(nick) || matches(host) || matches(username) || matches(realname);
}

/** Says whether the client finds somebody who has not been named: who is invisible is found by its neighbours alone. */
function isShownTo({ user, state }: Client, target: User): boolean {
  return !target.isInvisible || target === user || state.memberships.share(user, target);
}

/** What is said of one user, in a channel or for itself. */
interface Shown {
  readonly target: User;
  readonly in?: { readonly name: string; readonly member: Member };
}

function tellOne({ user, state }: Client, { target, in: where }: Shown): void {
  const { username, host, nick, away, realname } = target;
  const prefix = where === undefined ? "" : prefixOf(where.member, nameFormOf(user));
  user.reply(
    NUMERICS.RPL_WHOREPLY,
    where?.name ?? "*",
    username,
    host,
    state.settings.serverName,
    nick,
    (away === undefined ? "H" : "G") + prefix,
    `0 ${realname}`,
  );
}
