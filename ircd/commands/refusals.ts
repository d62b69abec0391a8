import { NUMERICS } from "../../codec/irc/mod.ts";
import type { Channel } from "../channel.ts";
import type { Client } from "../command.ts";

/** Says that there is no such channel, or none that the client may know of. */
export function noSuchChannel({ user }: Client, name: string): void {
  user.reply(NUMERICS.ERR_NOSUCHCHANNEL, name, "No such channel");
}

/** Says that only an operator may do this. */
export function notOperator({ user }: Client, channel: Channel): void {
  user.reply(NUMERICS.ERR_CHANOPRIVSNEEDED, channel.name, "You are not channel operator");
}

/** Returns a channel that the client is in; it hears why not where it is in no such one. */
export function requireMember(client: Client, name: string): Channel | undefined {
  const { user, state } = client;
  const channel = state.channelOf(name);
  if (channel?.members.has(user)) return channel;
  if (channel?.isVisibleTo(user)) {
    user.reply(NUMERICS.ERR_NOTONCHANNEL, channel.name, "You are not on that channel");
  } else noSuchChannel(client, name);
  return undefined;
}
