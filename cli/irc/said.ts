import {
  type Casemapping,
  foldCase,
  type IrcMessage,
  parseCtcp,
  parseSource,
} from "../../codec/irc/mod.ts";

/** Who looks at a message. */
export interface Viewer {
  /** The own nick. */
  readonly nick: string;
  /** How the server compares names. @default {"rfc1459"} */
  readonly casemapping?: Casemapping;
}

/** What somebody said. */
export interface Said {
  /** What kind of thing it is: `ctcp` asks a client something, or is a client's answer. */
  readonly kind: "message" | "notice" | "action" | "ctcp";
  /** Who said it: a nick, or a server. */
  readonly from: string;
  /** To whom it was said: a channel, or the own nick. */
  readonly target: string;
  /** The channel, or the person with whom one talks there. */
  readonly place: string;
  /** What was said, as it came. */
  readonly text: string;
  /** A server said it, and no person. */
  readonly isOfServer: boolean;
}

/** Returns what a `PRIVMSG` or `NOTICE` says; undefined where the message is another one. */
export function saidIn(message: IrcMessage, viewer: Viewer): Said | undefined {
  const { command, params: [target = "", text = ""], source = "" } = message;
  if (command !== "PRIVMSG" && command !== "NOTICE") return undefined;
  const from = nickOf(message);
  const ctcp = parseCtcp(text);
  const isAction = ctcp?.command === "ACTION" && command === "PRIVMSG";
  return {
    kind: isAction ? "action" : ctcp ? "ctcp" : command === "NOTICE" ? "notice" : "message",
    from,
    target,
    place: isSame(target, viewer.nick, viewer) ? from : target,
    text: isAction ? ctcp.params : ctcp ? `${ctcp.command} ${ctcp.params}`.trimEnd() : text,
    isOfServer: command === "NOTICE" && !source.includes("!"),
  };
}

/** Returns the nick that a message is from, or the server's name; empty where it says neither. */
export function nickOf({ source }: IrcMessage): string {
  return source === undefined ? "" : parseSource(source).nick;
}

/** Says whether a server takes two names for one. */
export function isSame(name: string, other: string, { casemapping }: Viewer): boolean {
  return foldCase(name, casemapping) === foldCase(other, casemapping);
}
