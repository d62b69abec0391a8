import { matchesMask, NUMERICS } from "../../codec/irc/mod.ts";
import type { Client, Command, Commands } from "../command.ts";
import { tellMotd, tellSupport, tellUsers } from "../welcome.ts";

/** It is in no list of numerics that others need. */
const ERR_NOADMININFO = "423";

/** What the server says of itself (RFC 2812, 3.4). */
export const SERVER_COMMANDS: Commands = {
  LUSERS: {
    run: (client) => tellUsers(client),
  },
  MOTD: ofServer((client) => tellMotd(client)),
  VERSION: ofServer((client) => {
    const { serverName, version, networkName } = client.state.settings;
    client.user.reply(NUMERICS.RPL_VERSION, version, serverName, `${networkName} IRC`);
    tellSupport(client);
  }),
  TIME: ofServer(({ user, state }) => {
    const { serverName, clock } = state.settings;
    user.reply(NUMERICS.RPL_TIME, serverName, clock.date().toUTCString());
  }),
  ADMIN: ofServer(({ user, state }) => {
    const { serverName } = state.settings;
    user.reply(ERR_NOADMININFO, serverName, "No administrative information is given");
  }),
  INFO: ofServer(({ user, state }) => {
    const { serverName, version } = state.settings;
    user.reply(NUMERICS.RPL_INFO, `${serverName} runs ${version}`);
    user.reply(NUMERICS.RPL_INFO, `It was started ${state.startedAt.toUTCString()}`);
    user.reply(NUMERICS.RPL_ENDOFINFO, "End of INFO");
  }),
};

/** Returns a command whose parameter names a server, by a mask or by somebody who is on it. */
function ofServer(run: (client: Client) => void | Promise<void>): Command {
  return {
    run(client, { params: [target] }) {
      const { user, state } = client;
      const isHere = !target || matchesMask(target, state.settings.serverName) ||
        state.userOf(target) !== undefined;
      if (isHere) return run(client);
      user.reply(NUMERICS.ERR_NOSUCHSERVER, target, "No such server");
    },
  };
}
