import { NUMERICS } from "../codec/irc/mod.ts";
import type { Client } from "./command.ts";
import { CHANNEL_MODES, supportTokens, USER_MODES } from "./support.ts";

/** Greets who has registered: what the server is, what it can, how many are there, and the message of the day. */
export async function welcome(client: Client): Promise<void> {
  const { user, state } = client;
  const { serverName, networkName, version } = state.settings;
  const modes = CHANNEL_MODES.replaceAll(",", "");
  user.reply(
    NUMERICS.RPL_WELCOME,
    `Welcome to the ${networkName} Network, ${user.source}`,
  );
  user.reply(NUMERICS.RPL_YOURHOST, `Your host is ${serverName}, running version ${version}`);
  user.reply(NUMERICS.RPL_CREATED, `This server was started ${state.startedAt.toUTCString()}`);
  user.reply(NUMERICS.RPL_MYINFO, serverName, version, USER_MODES, `${modes}ov`, "beIklov");
  tellSupport(client);
  tellUsers(client);
  await tellMotd(client);
}

/** Says what the server can (modern.ircdocs.horse, RPL_ISUPPORT). */
export function tellSupport({ user, state }: Client): void {
  for (const tokens of supportTokens(state.settings)) {
    user.reply(NUMERICS.RPL_ISUPPORT, ...tokens, "are supported by this server");
  }
}

/** Says how many are there (RFC 2812, 3.4.2). */
export function tellUsers({ user, state }: Client): void {
  const { users, channels, unknown, mostUsers, invisible } = state;
  const [count, visible, most] = [users.size, users.size - invisible, mostUsers].map(String);
  user.reply(
    NUMERICS.RPL_LUSERCLIENT,
    `There are ${visible} users and ${invisible} invisible on 1 server`,
  );
  user.reply(NUMERICS.RPL_LUSEROP, "0", "operators online");
  user.reply(NUMERICS.RPL_LUSERUNKNOWN, String(unknown), "unregistered connections");
  user.reply(NUMERICS.RPL_LUSERCHANNELS, String(channels.size), "channels formed");
  user.reply(NUMERICS.RPL_LUSERME, `I have ${count} clients and 0 servers`);
  for (const numeric of [NUMERICS.RPL_LOCALUSERS, NUMERICS.RPL_GLOBALUSERS]) {
    user.reply(numeric, count!, most!, `Current users ${count}, most at one time ${most}`);
  }
}

/** Says the message of the day. */
export async function tellMotd({ user, state }: Client): Promise<void> {
  const { motd, serverName } = state.settings;
  if (motd.length === 0) return user.reply(NUMERICS.ERR_NOMOTD, "There is no message of the day");
  user.reply(NUMERICS.RPL_MOTDSTART, `- ${serverName} Message of the day - `);
  for (const line of motd) {
    user.reply(NUMERICS.RPL_MOTD, `- ${line}`);
    const room = user.ready();
    if (room) await room;
  }
  user.reply(NUMERICS.RPL_ENDOFMOTD, "End of the message of the day");
}
