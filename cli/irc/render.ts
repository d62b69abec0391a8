import { foldCase, type IrcMessage, numericName, parseSource } from "../../codec/irc/mod.ts";
import { isSame, nickOf, saidIn, type Viewer } from "./said.ts";
import { harmless, type Span } from "./spans.ts";
import { dayText } from "./times.ts";

/** What is shown of a message. What it is can be told without any colour: by `<nick>`, `--` or `!!` in front of its text. */
export interface Shown {
  /** `said` is what people say, `told` what happens beside that, `wrong` what the server refuses. */
  readonly kind: "said" | "told" | "wrong";
  /** The channel or the person that it belongs to; undefined where that is nobody. */
  readonly place?: string;
  /** What is shown. */
  readonly spans: readonly Span[];
}

/** SGR of the colours that are readable on light and on dark, without red, which is for what is wrong. */
const NICK_COLOURS = ["32", "33", "34", "35", "36"] as const;
const [BOLD, DIM, RED] = ["1", "2", "1;31"] as const;

/** Returns a message as people read it, in one line; undefined where it is between the machines alone. */
export function shownMessage(message: IrcMessage, viewer: Viewer): Shown | undefined {
  const { command, params } = message;
  if (/^\d{3}$/.test(command)) return shownNumeric(command, params);
  const nick = nickOf(message);
  const isOwn = isSame(nick, viewer.nick, viewer);
  const [first = "", second = ""] = params;
  const who = isOwn ? "You" : nick;
  switch (command) {
    case "PRIVMSG":
    case "NOTICE":
      return said(message, viewer);
    case "JOIN":
      return told(isOwn ? "You joined" : `${nick} joined${addressed(message)}`, first);
    case "PART":
      return told(`${who} left${because(second)}`, first);
    case "QUIT":
      return told(`${who} quit${because(first)}`);
    case "KICK": {
      const whom = isSame(second, viewer.nick, viewer) ? "you" : second;
      return told(`${who} kicked ${whom}${because(params[2] ?? "")}`, first);
    }
    case "NICK":
      return told(
        isOwn || isSame(first, viewer.nick, viewer)
          ? `You are now ${first}`
          : `${nick} is now ${first}`,
      );
    case "TOPIC":
      return told(
        second === "" ? `${who} cleared the topic` : `${who} set the topic: ${second}`,
        first,
      );
    case "MODE":
      return told(`${who} set mode ${params.slice(1).join(" ")}`, first);
    case "INVITE": {
      const whom = isSame(first, viewer.nick, viewer) ? "you" : first;
      return told(`${nick} invited ${whom} to ${second}`);
    }
    case "ERROR":
      return wrong(`The server ends the connection${because(first)}`);
    case "FAIL":
      return wrong(`${params.at(-1) ?? ""} (${first} ${second})`);
    case "WARN":
    case "NOTE":
      return told(`${params.at(-1) ?? ""} (${first} ${second})`);
    case "PING":
    case "PONG":
    case "CAP":
    case "AUTHENTICATE":
    case "TAGMSG":
    case "BATCH":
      return undefined;
    default:
      return told([nick, command, ...params].filter((word) => word !== "").join(" "));
  }
}

function said(message: IrcMessage, viewer: Viewer): Shown | undefined {
  const one = saidIn(message, viewer);
  if (!one) return undefined;
  const { kind, from, place, text, isOfServer } = one;
  if (isOfServer) return told(`${from === "" ? "" : `-${from}- `}${text}`);
  const isAnswer = message.command === "NOTICE";
  if (kind === "ctcp") {
    return told(`${from} ${isAnswer ? "answers" : "asks for"} ${text} (CTCP)`, place);
  }
  const isMention = mentions(text, viewer);
  const nick: Span = { text: harmless(from), sgr: colourOf(from, viewer) };
  const words: Span = { text: harmless(text), ...isMention && { sgr: BOLD } };
  const spans = kind === "action"
    ? [{ text: "* " }, nick, { text: " " }, words]
    : kind === "notice"
    ? [{ text: "-" }, nick, { text: "- " }, words]
    : [{ text: "<" }, nick, { text: "> " }, words];
  return { kind: "said", place: harmless(place), spans };
}

/** Numerics that say nothing new to people: what the client reads itself, counts of the server, and ends of lists. */
const QUIET: ReadonlySet<string> = new Set([
  ...["002", "003", "004", "005"],
  ...["250", "251", "252", "253", "254", "255", "265", "266"],
  ...["315", "318", "323", "329", "347", "349", "366", "368", "369", "374", "375", "376"],
  ...["422"],
]);

function shownNumeric(numeric: string, params: readonly string[]): Shown | undefined {
  if (QUIET.has(numeric)) return undefined;
  // The first is to whom it is said, who is the one that looks.
  const [, first = "", second = "", third = ""] = params;
  switch (numeric) {
    case "301":
      return told(`${first} is away${because(second)}`);
    case "324":
      return told(`The mode is ${params.slice(2).join(" ")}`, first);
    case "331":
      return told("There is no topic", first);
    case "332":
      return told(`The topic is: ${second}`, first);
    case "333":
      return told(`It was set by ${parseSource(second).nick}${onDate(third)}`, first);
    case "341":
      return told(`You invited ${first}`, second);
    case "353":
      return told(`Here: ${third.trim()}`, second);
  }
  const rest = params.slice(1);
  if (!isRefusal(numeric)) return told(rest.join(" "));
  const about = rest.slice(0, -1).join(" ");
  return wrong(`${about === "" ? "" : `${about}: `}${rest.at(-1) ?? ""} (${numeric})`);
}

/** Says whether a numeric refuses something (RFC 2812, 5.2; the 900s are IRCv3's of SASL). */
export function isRefusal(numeric: string): boolean {
  return /^[45]\d\d$/.test(numeric) || (numericName(numeric)?.startsWith("ERR_") ?? false);
}

function told(text: string, place?: string): Shown {
  const shown = { kind: "told", spans: [{ text: `-- ${harmless(text)}`, sgr: DIM }] } as const;
  return place === undefined ? shown : { ...shown, place: harmless(place) };
}

function wrong(text: string): Shown {
  return { kind: "wrong", spans: [{ text: `!! ${harmless(text)}`, sgr: RED }] };
}

function because(reason: string): string {
  return reason === "" ? "" : `: ${reason}`;
}

function addressed({ source = "" }: IrcMessage): string {
  const at = source.indexOf("!");
  return at < 0 ? "" : ` (${source.slice(at + 1)})`;
}

function onDate(seconds: string): string {
  const date = new Date(Number(seconds) * 1000);
  return seconds === "" || Number.isNaN(date.getTime()) ? "" : ` on ${dayText(date)}`;
}

/** Says whether somebody speaks of whoever looks: the nick stands there as a word of its own. */
function mentions(text: string, viewer: Viewer): boolean {
  const folded = foldCase(text, viewer.casemapping);
  const nick = foldCase(viewer.nick, viewer.casemapping);
  for (let at = folded.indexOf(nick); nick !== "" && at >= 0; at = folded.indexOf(nick, at + 1)) {
    const isWhole = !isOfNick(folded[at - 1]) && !isOfNick(folded[at + nick.length]);
    if (isWhole) return true;
  }
  return false;
}

function isOfNick(character: string | undefined): boolean {
  return character !== undefined && /[\w[\]\\`^{|}-]/.test(character);
}

/** The same nick always has the same colour. */
function colourOf(nick: string, { casemapping }: Viewer): string {
  let sum = 0;
  for (const character of foldCase(nick, casemapping)) {
    sum = (sum * 31 + character.codePointAt(0)!) % 65_536;
  }
  return NICK_COLOURS[sum % NICK_COLOURS.length]!;
}
