import { formatTags, type IrcMessage, NUMERICS } from "../../codec/irc/mod.ts";
import type { Channel } from "../channel.ts";
import { type Client, type Commands, MASKS_OF_A_TARGET } from "../command.ts";
import { byteLength, cutText } from "../cut_text.ts";
import { listed } from "../names.ts";
import type { User } from "../user.ts";

/** What people say to each other (RFC 2812, 3.3 and 4.1; IRCv3 message tags and echo-message). */
export const MESSAGE_COMMANDS: Commands = {
  PRIVMSG: { run: (client, message) => say(client, message) },
  NOTICE: { run: (client, message) => say(client, message) },
  TAGMSG: {
    run(client, message) {
      const spoken: Spoken = {
        client,
        command: "TAGMSG",
        text: undefined,
        tags: tagsOf(client, message),
      };
      if (spoken.tags === undefined) return;
      deliver(spoken, targetsOf(spoken, message.params[0]));
    },
  },
  AWAY: {
    run({ user, state }, { params: [reason = ""] }) {
      const { fanOut, memberships, settings } = state;
      user.away = reason === "" ? undefined : cutText(reason, settings.limits.maxAwayBytes);
      if (user.away === undefined) {
        user.reply(NUMERICS.RPL_UNAWAY, "You are no longer marked as being away");
      } else user.reply(NUMERICS.RPL_NOWAWAY, "You have been marked as being away");
      const params = user.away === undefined ? [] : [user.away];
      fanOut.toUsers(
        memberships.peersWith(user, "away-notify"),
        { source: user.source, command: "AWAY", params },
      );
    },
  },
};

/** What somebody says to one target or to several. */
interface Spoken {
  readonly client: Client;
  readonly command: string;
  /** Undefined where it has tags alone. */
  readonly text: string | undefined;
  /** What clients tell each other beside the text. */
  readonly tags: ReadonlyMap<string, string> | undefined;
}

function say(client: Client, message: IrcMessage): void {
  const { command, params: [names, text = ""] } = message;
  const spoken: Spoken = { client, command, text, tags: tagsOf(client, message) };
  const targets = targetsOf(spoken, names);
  if (targets.length > 0 && text === "") {
    return refuse(spoken, [NUMERICS.ERR_NOTEXTTOSEND, "No text to send"]);
  }
  deliver(spoken, targets);
}

/** Returns whom it is for, once each; none where that is said wrongly. */
function targetsOf(spoken: Spoken, names = ""): readonly string[] {
  if (names !== "" && !names.includes(",")) return [names];
  const { client } = spoken;
  const targets = [...new Set(listed(names))];
  const [first] = targets;
  if (first === undefined) {
    refuse(spoken, [NUMERICS.ERR_NORECIPIENT, "No recipient given"]);
    return [];
  }
  if (targets.length > client.state.settings.limits.maxTargets) {
    refuse(spoken, [NUMERICS.ERR_TOOMANYTARGETS, first, "Too many targets; nothing is delivered"]);
    return [];
  }
  client.charge(targets.length - 1);
  return targets;
}

function deliver(spoken: Spoken, targets: readonly string[]): void {
  for (const target of targets) {
    // Who does not read what comes back to it is dropped in between.
    if (spoken.client.user.isGone) return;
    toTarget(spoken, target);
  }
}

function toTarget(spoken: Spoken, target: string): void {
  const { user, state } = spoken.client;
  user.spokeMs = state.settings.clock.now();
  if (target.startsWith("#")) {
    const channel = state.channelOf(target);
    if (channel) return toChannel(spoken, { channel, target });
    return refuse(spoken, noSuchChannel(target));
  }
  const hearer = state.userOf(target);
  if (hearer) return toUser(spoken, hearer);
  refuse(spoken, [NUMERICS.ERR_NOSUCHNICK, target, "No such nick"]);
}

function toChannel(
  spoken: Spoken,
  { channel, target }: { channel: Channel; target: string },
): void {
  const { user, state } = spoken.client;
  spoken.client.charge(channel.masksFor(user) / MASKS_OF_A_TARGET);
  if (!channel.maySpeak(user)) {
    if (!channel.isVisibleTo(user)) return refuse(spoken, noSuchChannel(target));
    return refuse(spoken, [
      NUMERICS.ERR_CANNOTSENDTOCHAN,
      channel.name,
      "Cannot send to channel",
    ]);
  }
  const isEchoed = user.capabilities.has("echo-message");
  state.fanOut.toChannel(channel, relayed(spoken, channel.name), {
    except: isEchoed ? undefined : user,
    ...optionsOf(spoken),
  });
  // Its members hear it, and who speaks from outside is none of them.
  if (isEchoed && !channel.members.has(user)) echo(spoken, channel.name);
}

function toUser(spoken: Spoken, hearer: User): void {
  const { user, state } = spoken.client;
  state.fanOut.toUsers([hearer], relayed(spoken, hearer.nick), optionsOf(spoken));
  if (user.capabilities.has("echo-message")) echo(spoken, hearer.nick);
  if (hearer.away !== undefined && spoken.command === "PRIVMSG") {
    user.reply(NUMERICS.RPL_AWAY, hearer.nick, hearer.away);
  }
}

/** Brings what somebody has said back to itself. */
function echo(spoken: Spoken, target: string): void {
  const { user, state } = spoken.client;
  state.fanOut.toUsers([user], relayed(spoken, target), optionsOf(spoken));
}

function optionsOf({ text, tags }: Spoken) {
  return { tags, isTagsOnly: text === undefined };
}

const LINE_BYTES = 512;
/** What stands in `:source COMMAND target :text` and its CRLF beside the four. */
const BESIDE_BYTES = 7;

/** Returns a message as the others get it. With who says it in front it may be too long for a line; then its text is cut. */
function relayed({ client, command, text }: Spoken, target: string): IrcMessage {
  const { source } = client.user;
  if (text === undefined) return { source, command, params: [target] };
  const beside = BESIDE_BYTES + source.length + command.length + byteLength(target);
  return { source, command, params: [target, cutText(text, LINE_BYTES - beside)] };
}

/** More of them are dropped, as a client may send no more (IRCv3 message tags). */
const MAX_OWN_TAG_BYTES = 4094;

/** Returns those tags that clients make up among themselves; undefined where there are none, or they were not agreed on. */
function tagsOf({ user }: Client, { tags }: IrcMessage): Map<string, string> | undefined {
  if (!tags || !user.capabilities.has("message-tags")) return undefined;
  const own = new Map<string, string>();
  for (const [key, value] of tags) if (key.startsWith("+")) own.set(key, value);
  if (own.size === 0) return undefined;
  // A line that was no UTF-8 is longer now than it came.
  const bytes = new TextEncoder().encode(formatTags(own)).length;
  return bytes <= MAX_OWN_TAG_BYTES ? own : undefined;
}

/** Who may not know of a channel hears what it would hear if there were none. */
function noSuchChannel(name: string): [string, ...string[]] {
  return [NUMERICS.ERR_NOSUCHCHANNEL, name, "No such channel"];
}

/** Says why nothing is delivered. A NOTICE is never answered, so that two programs cannot go on forever. */
function refuse({ client, command }: Spoken, [numeric, ...params]: [string, ...string[]]): void {
  if (command !== "NOTICE") client.user.reply(numeric, ...params);
}
