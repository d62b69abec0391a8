import { NUMERICS } from "../../codec/irc/mod.ts";
import type { Client, Commands } from "../command.ts";
import { cutText } from "../cut_text.ts";
import { isNick, usernameOf } from "../names.ts";
import { isPassword } from "../password.ts";
import { welcome } from "../welcome.ts";

const MAX_REALNAME_BYTES = 100;
const MAX_TOKEN_BYTES = 300;

/** What makes somebody known, and what keeps the connection alive (RFC 2812, 3.1 and 3.7). */
export const REGISTRATION: Commands = {
  PASS: {
    minParams: 1,
    isForAll: true,
    run({ user }, { params: [password] }) {
      if (user.isRegistered) {
        return user.reply(NUMERICS.ERR_ALREADYREGISTERED, "You are registered already");
      }
      user.password = password;
    },
  },
  NICK: {
    isForAll: true,
    run(client, { params: [nick = ""] }) {
      const { user, state } = client;
      if (nick === "") return user.reply(NUMERICS.ERR_NONICKNAMEGIVEN, "No nickname given");
      if (!isNick(nick, state.settings.limits.maxNickBytes)) {
        return user.reply(NUMERICS.ERR_ERRONEUSNICKNAME, nick, "This cannot be a nickname");
      }
      if (nick === user.nick) return;
      const { nick: before, source } = user;
      if (!state.rename(user, nick)) {
        return user.reply(NUMERICS.ERR_NICKNAMEINUSE, nick, "Nickname is already in use");
      }
      if (!user.isRegistered) return registerIfComplete(client);
      for (const channel of state.memberships.channelsOf(user)) channel.renamed();
      state.toPeers(user, { source, command: "NICK", params: [nick] }, { isToItself: true });
      const { id } = user.connection;
      state.settings.report({ type: "renamed", id, nick, before });
    },
  },
  USER: {
    minParams: 4,
    isForAll: true,
    run(client, { params: [username = "", , , realname = ""] }) {
      const { user } = client;
      if (user.isRegistered) {
        return user.reply(NUMERICS.ERR_ALREADYREGISTERED, "You are registered already");
      }
      if (realname === "") {
        return user.reply(NUMERICS.ERR_NEEDMOREPARAMS, "USER", "Not enough parameters");
      }
      user.introduce(usernameOf(username), cutText(realname, MAX_REALNAME_BYTES));
      return registerIfComplete(client);
    },
  },
  QUIT: {
    isForAll: true,
    run(client, { params: [reason] }) {
      client.finish(reason ? `Quit: ${reason}` : "Quit");
    },
  },
  PING: {
    isForAll: true,
    run({ user, state }, { params: [token] }) {
      if (!token) return user.reply(NUMERICS.ERR_NOORIGIN, "No origin given");
      const { serverName } = state.settings;
      const params = [serverName, cutText(token, MAX_TOKEN_BYTES)];
      user.send({ source: serverName, command: "PONG", params });
    },
  },
  // That it came is all that counts.
  PONG: { isForAll: true, run() {} },
};

/** Lets somebody in who has said all that is needed; who may not come in hears why, and is let go. */
export function registerIfComplete(client: Client): void | Promise<void> {
  const { user, state } = client;
  if (user.isRegistered || user.isNegotiating || user.key === "" || user.username === "") return;
  const { passwordDigest } = state.settings;
  if (passwordDigest !== undefined && !isPassword(user.password, passwordDigest)) {
    user.reply(NUMERICS.ERR_PASSWDMISMATCH, "Password incorrect");
    return client.finish("Password incorrect");
  }
  user.password = undefined;
  state.register(user);
  const { id, remoteAddr: address } = user.connection;
  state.settings.report({ type: "registered", id, address, nick: user.nick });
  return welcome(client);
}
