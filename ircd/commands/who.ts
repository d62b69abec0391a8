import { matchesMask, NUMERICS } from "../../codec/irc/mod.ts";
import { nextTurn } from "../../net/turn.ts";
import type { Member } from "../channel.ts";
import { type Client, type Commands, USERS_OF_A_TARGET } from "../command.ts";
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
/** After so many others have their turn. */
const USERS_IN_ONE_TURN = 200;

async function tellWho(client: Client, mask: string): Promise<void> {
  const { user, state } = client;
  if (mask.startsWith("#")) return await tellChannel(client, mask);
  const named = state.userOf(mask);
  if (named) return tellOne(client, { target: named });
  const isForAll = mask === "*" || mask === "0";
  if (!isForAll && !/[*?.:]/.test(mask)) return;
  client.charge(EVERYBODY_TARGETS + state.users.size / USERS_OF_A_TARGET);
  let looked = 0;
  for (const target of state.users) {
    if (++looked % USERS_IN_ONE_TURN === 0) await new Promise<void>(nextTurn);
    if (user.isGone) return;
    if (!isForAll && !isMeant(client, { target, mask })) continue;
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

/** Says whether a mask describes a nickname, a host, a name or the server of somebody. */
function isMeant(
  { state }: Client,
  { target, mask }: { target: User; mask: string },
): boolean {
  const { nick, host, realname, username } = target;
  return [nick, host, username, realname, state.settings.serverName].some((text) =>
    matchesMask(mask, text)
  );
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
