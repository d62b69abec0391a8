// An IRC server: a network of one server, with channels, for the clients that people have: HexChat, irssi, WeeChat.
//
//   deno run --allow-net=127.0.0.1:6667 servers/irc.ts
//
// From two more terminals, or with any other client:
//
//   irssi -c 127.0.0.1 -n ann

import * as cli from "../cli/mod.ts";
import { readTextWithMark } from "../cli/text_file.ts";
import { readToken } from "../cli/token.ts";
import { VERSION } from "../cli/version.ts";
import type { IrcMessage } from "../codec/irc/mod.ts";
import {
  DEFAULT_IRC_DEADLINES,
  DEFAULT_IRC_LIMITS,
  formatIrcEvent,
  type IrcDeadlines,
  type IrcEvent,
  type IrcLimits,
  IrcNetwork,
} from "../ircd/mod.ts";
import { isServerName, isWord, MAX_SERVER_NAME_CHARS } from "../ircd/names.ts";
import { type LimitError, serve, type Server } from "../mod.ts";
import { messageOf } from "../net/errors.ts";
import { DEFAULT_SERVER_LIMITS } from "../net/limits.ts";

/**
 * Serves an IRC network until it is shut down; then everybody is told so.
 *
 * @throws {TypeError} A name is none, or the password is empty.
 * @throws {RangeError} A limit or a deadline is none.
 */
export function serveIrc(options?: IrcServerOptions & cli.OverNetwork): IrcServer<Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function serveIrc(options: IrcServerOptions): IrcServer<cli.AnyAddr>;
export function serveIrc(options: IrcServerOptions = {}): IrcServer<cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const settings = cli.withFallbacks(OPTIONS, options);
  const { name, network: networkName, motd, password, maxMessagesPerSecond } = settings;
  const { clock } = options;
  const network = new IrcNetwork({
    serverName: name,
    networkName,
    version: `parley-${VERSION}`,
    motd,
    password,
    limits: {
      maxChannels: settings.maxChannels,
      maxChannelsPerUser: settings.maxChannelsPerUser,
      maxQueuedBytes: settings.maxQueued,
      ...options.ircLimits,
    },
    deadlines: {
      registerMs: settings.registerTimeout,
      pingMs: settings.pingAfter,
      pongMs: settings.pingTimeout,
      ...options.ircDeadlines,
    },
    ...clock && { clock },
    ...options.onIrcEvent && { onEvent: options.onIrcEvent },
  });

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  const { codec, refusal } = network;
  return serve(listener, {
    ...options,
    codec,
    refusal,
    // What a connection may have waiting is never less than what its user may.
    limits: {
      maxQueuedBytes: Math.max(DEFAULT_SERVER_LIMITS.maxQueuedBytes, settings.maxQueued),
      ...options.limits,
    },
    rate: { messagesPerSecond: maxMessagesPerSecond, ...options.rate },
  }, (connection) => network.serve(connection));
}

/** A server that speaks IRC. */
export type IrcServer<Addr extends cli.AnyAddr> = Server<IrcMessage | LimitError, IrcMessage, Addr>;

const PORT = 6667;
const HOSTS_NAME = `a host's name with a dot in it, of at most ${MAX_SERVER_NAME_CHARS} characters`;
const ONE_WORD = "one word of at most 40 characters of ASCII";
const MAX_MESSAGES_PER_SECOND = 20;

/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<IrcServerSettings> = {
  name: {
    ...cli.host("Call the server so", "irc.localhost"),
    parse: (text, flag) => requireName(text, { flag, is: isServerName, what: HOSTS_NAME }),
  },
  network: {
    ...cli.text("Call the network so", "Parley"),
    placeholder: "WORD",
    parse: (text, flag) => requireName(text, { flag, is: isWord, what: ONE_WORD }),
  },
  motd: cli.optionalText("Greet with this message of the day; @FILE reads it", "TEXT"),
  password: cli.optionalText("Who registers has to know this; @FILE reads it", "PASSWORD"),
  maxChannels: cli.count("Channels at one time", DEFAULT_IRC_LIMITS.maxChannels),
  maxChannelsPerUser: cli.count(
    "Channels that one user may be in at one time",
    DEFAULT_IRC_LIMITS.maxChannelsPerUser,
  ),
  maxMessagesPerSecond: cli.count(
    "Take no more messages a second from one user",
    MAX_MESSAGES_PER_SECOND,
  ),
  maxQueued: cli.size(
    "Bytes that may wait for a user who does not read",
    DEFAULT_IRC_LIMITS.maxQueuedBytes,
  ),
  registerTimeout: cli.duration("Give a client this long to register", {
    fallback: DEFAULT_IRC_DEADLINES.registerMs,
  }),
  pingAfter: cli.duration("Ask a user who says nothing for this long", {
    fallback: DEFAULT_IRC_DEADLINES.pingMs,
  }),
  pingTimeout: cli.duration("Drop a user who gives no answer for this long", {
    fallback: DEFAULT_IRC_DEADLINES.pongMs,
  }),
};

/** What the IRC server's own options are. */
export interface IrcServerSettings {
  /** What the server calls itself: the name of a host, with a dot in it. */
  name: string;
  /** What the network is called: one word. */
  network: string;
  /** The message of the day; undefined where there is none. */
  motd: string | undefined;
  /** What who registers has to say with PASS; undefined lets in everybody. */
  password: string | undefined;
  /** Channels at one time. */
  maxChannels: number;
  /** Channels that one user may be in at one time. */
  maxChannelsPerUser: number;
  /** Messages of one user that are taken a second; it is slowed down, and nothing is lost. */
  maxMessagesPerSecond: number;
  /** Bytes that may wait for one user; who does not read is dropped. */
  maxQueued: number;
  /** Milliseconds from the connection until a user is registered. */
  registerTimeout: number;
  /** Milliseconds of silence after which a user is asked whether it is there. */
  pingAfter: number;
  /** Milliseconds for its answer. */
  pingTimeout: number;
}

/** How {@linkcode serveIrc} serves. */
export interface IrcServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** What else the network bounds. */
  ircLimits?: Partial<IrcLimits>;
  /** How long users may take; they go before the options of their own. */
  ircDeadlines?: Partial<IrcDeadlines>;
  /** Hears who registers, joins and leaves; nobody hears what is said. */
  onIrcEvent?: (event: IrcEvent) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "irc",
  summary: "runs an IRC network: channels for any IRC client",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "irssi -c 127.0.0.1 -n ann",
  start: async ({ settings, report }) => {
    const { motd, password } = settings;
    return serveIrc({
      ...settings,
      motd: await textOf(motd),
      password: password === undefined
        ? undefined
        : await readToken(password, { flag: "--password" }),
      onIrcEvent: (event) => report.note(recordOf(event), formatIrcEvent(event)),
    });
  },
});

function requireName(
  text: string,
  { flag, is, what }: { flag: string; is: (text: string) => boolean; what: string },
): string {
  if (is(text)) return text;
  throw new cli.UsageError(`${flag} takes ${what}, not ${JSON.stringify(text)}`);
}

async function textOf(typed: string | undefined): Promise<string | undefined> {
  if (!typed?.startsWith("@")) return typed;
  const path = typed.slice(1);
  try {
    return await readTextWithMark(path);
  } catch (cause) {
    throw new cli.UsageError(`--motd cannot be read from ${path}: ${messageOf(cause)}`, { cause });
  }
}

function recordOf(event: IrcEvent): cli.ReportRecord {
  const { type, ...rest } = event;
  if (event.type !== "registered") return { event: type, ...rest };
  return { event: type, ...rest, address: cli.addressRecord(event.address) };
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
