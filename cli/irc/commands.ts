import { type IrcMessage, parseIrcMessage } from "../../codec/irc/mod.ts";
import { suggestion } from "../options.ts";
import { quoted } from "../units.ts";

/** A channel to join, and the key of its door where it has one. */
export interface Join {
  /** The channel. */
  readonly channel: string;
  /** Its key. */
  readonly key?: string | undefined;
}

/** What a line that was typed asks for. */
export type Typed =
  /** Nothing: the line is blank. */
  | { readonly kind: "nothing" }
  /** To say this to whom one talks with. */
  | { readonly kind: "say"; readonly text: string }
  /** To do this there: `/me`. */
  | { readonly kind: "act"; readonly text: string }
  /** To say this to somebody. */
  | { readonly kind: "message" | "notice"; readonly target: string; readonly text: string }
  /** To talk with somebody from now on, and to say something where it is not empty. */
  | { readonly kind: "query"; readonly target: string; readonly text: string }
  /** To join these channels. */
  | { readonly kind: "join"; readonly joins: readonly Join[] }
  /** To leave a channel; undefined is the one where one talks. */
  | {
    readonly kind: "part";
    readonly channel: string | undefined;
    readonly reason: string | undefined;
  }
  /** To ask for a channel's topic, or to set it. */
  | {
    readonly kind: "topic";
    readonly channel: string | undefined;
    readonly topic: string | undefined;
  }
  /** To ask who is on a channel. */
  | { readonly kind: "names"; readonly channel: string | undefined }
  /** To be called otherwise. */
  | { readonly kind: "nick"; readonly nick: string }
  /** To send this as it is. */
  | { readonly kind: "raw"; readonly message: IrcMessage }
  /** To leave. */
  | { readonly kind: "quit"; readonly reason: string | undefined }
  /** To be told of the commands. */
  | { readonly kind: "help" }
  /** Something that cannot be done. */
  | { readonly kind: "wrong"; readonly why: string };

/** What {@linkcode parseTyped} goes by. */
export interface ParseTypedOptions {
  /** What the name of a channel begins with, as the server says it. @default {"#&"} */
  readonly channelTypes?: string;
}

/** A command: how it is typed, what it does, and what the text behind it asks for; undefined where that does not fit. */
interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly parse: (text: string, isChannel: (name: string) => boolean) => Typed | undefined;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  join: {
    usage: "/join CHANNEL[,CHANNEL] [KEY[,KEY]]",
    summary: "joins channels, and talks there",
    parse(text) {
      const [channels = "", keys = "", ...more] = wordsOf(text);
      const names = channels.split(",").filter((name) => name !== "");
      if (names.length === 0 || more.length > 0) return undefined;
      const keyOf = keys.split(",");
      return {
        kind: "join",
        joins: names.map((channel, at) => ({ channel, ...keyOf[at] && { key: keyOf[at] } })),
      };
    },
  },
  part: {
    usage: "/part [CHANNEL] [REASON]",
    summary: "leaves a channel",
    parse(text, isChannel) {
      const [channel, rest] = channelFirst(text, isChannel);
      return { kind: "part", channel, reason: rest || undefined };
    },
  },
  msg: {
    usage: "/msg TARGET TEXT",
    summary: "says something to a person or channel",
    parse: (text) => toSomebody("message", text),
  },
  notice: {
    usage: "/notice TARGET TEXT",
    summary: "says it as a notice",
    parse: (text) => toSomebody("notice", text),
  },
  query: {
    usage: "/query TARGET [TEXT]",
    summary: "talks with them from now on",
    parse(text) {
      const [target, rest] = wordFirst(text);
      return target === "" ? undefined : { kind: "query", target, text: rest };
    },
  },
  me: {
    usage: "/me TEXT",
    summary: "says what you do",
    parse: (text) => text === "" ? undefined : { kind: "act", text },
  },
  nick: {
    usage: "/nick NICK",
    summary: "changes your nick",
    parse(text) {
      const [nick, ...more] = wordsOf(text);
      return nick === undefined || more.length > 0 ? undefined : { kind: "nick", nick };
    },
  },
  topic: {
    usage: "/topic [CHANNEL] [TEXT]",
    summary: "shows the topic of a channel, or sets it",
    parse(text, isChannel) {
      const [channel, rest] = channelFirst(text, isChannel);
      return { kind: "topic", channel, topic: rest || undefined };
    },
  },
  names: {
    usage: "/names [CHANNEL]",
    summary: "shows who is on a channel",
    parse(text) {
      const [channel, ...more] = wordsOf(text);
      return more.length > 0 ? undefined : { kind: "names", channel };
    },
  },
  raw: {
    usage: "/raw MESSAGE",
    summary: "sends it as it is: /raw WHOIS alice",
    parse(text) {
      const message = parseIrcMessage(text);
      return message && { kind: "raw", message };
    },
  },
  quit: {
    usage: "/quit [REASON]",
    summary: "leaves the server",
    parse: (text) => ({ kind: "quit", reason: text || undefined }),
  },
  help: {
    usage: "/help",
    summary: "shows this",
    parse: () => ({ kind: "help" }),
  },
};

/** Other names that people are used to. */
const ALIASES: Readonly<Record<string, string>> = {
  j: "join",
  leave: "part",
  m: "msg",
  q: "query",
};

/** The lines that tell of the commands. */
export const COMMAND_HELP: readonly string[] = [
  ...Object.values(COMMANDS).map(({ usage, summary }) => `${usage.padEnd(36)} ${summary}`),
  `${"//TEXT".padEnd(36)} says a line that begins with a slash`,
];

/**
 * Reads a line that a person typed: one that begins with a slash is a command, `//` says one that does, and any other is said
 * as it is. It never throws: what makes no sense is `wrong`.
 */
export function parseTyped(
  line: string,
  { channelTypes = "#&" }: ParseTypedOptions = {},
): Typed {
  if (line.trim() === "") return { kind: "nothing" };
  if (!line.startsWith("/")) return { kind: "say", text: line };
  if (line.startsWith("//")) return { kind: "say", text: line.slice(1) };
  const [typed, text] = wordFirst(line.slice(1));
  const name = typed.toLowerCase();
  const command = own(COMMANDS, own(ALIASES, name) ?? name);
  if (command === undefined) return { kind: "wrong", why: unknownCommand(typed) };
  const isChannel = (word: string) => word !== "" && channelTypes.includes(word.charAt(0));
  return command.parse(text, isChannel) ?? { kind: "wrong", why: `Usage: ${command.usage}` };
}

function unknownCommand(typed: string): string {
  const known = Object.keys(COMMANDS).map((name) => `/${name}`);
  const near = suggestion(`/${typed}`, known) || "; /help lists what there is";
  return `There is no command ${quoted(`/${typed}`)}${near}`;
}

/** A name that a person typed is looked up among what the table itself holds. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function toSomebody(kind: "message" | "notice", text: string): Typed | undefined {
  const [target, rest] = wordFirst(text);
  return target === "" || rest === "" ? undefined : { kind, target, text: rest };
}

/** Returns the channel that a text may begin with, and the text behind it. */
function channelFirst(
  text: string,
  isChannel: (name: string) => boolean,
): [channel: string | undefined, rest: string] {
  const [word, rest] = wordFirst(text);
  return isChannel(word) ? [word, rest] : [undefined, text];
}

/** Returns the first word of a text, and the text behind the spaces that follow it. */
function wordFirst(text: string): [word: string, rest: string] {
  const start = text.trimStart();
  const end = start.indexOf(" ");
  return end < 0 ? [start, ""] : [start.slice(0, end), start.slice(end).trimStart()];
}

function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
