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
import { formatDuration, formatSize } from "../cli/units.ts";
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
import { MIN_QUEUED_BYTES } from "../ircd/limits.ts";
import { isServerName, isWord, MAX_SERVER_NAME_CHARS } from "../ircd/names.ts";
import { passwordProblem } from "../ircd/password.ts";
import { type LimitError, serve, type Server } from "../mod.ts";
import { DEFAULT_DEADLINES } from "../net/deadlines.ts";
import { messageOf } from "../net/errors.ts";
import { DEFAULT_SERVER_LIMITS } from "../net/limits.ts";

/**
 * Serves an IRC network until it is shut down; then everybody is told so.
 *
 * @throws {TypeError} A name is none, or nobody could say the password in a line.
 * @throws {RangeError} A limit or a deadline is none, or `idleMs` leaves no time to register, or to be asked and answer.
 */
export function serveIrc(options?: IrcServerOptions & cli.OverNetwork): IrcServer<Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function serveIrc(options: IrcServerOptions): IrcServer<cli.AnyAddr>;
export function serveIrc(options: IrcServerOptions = {}): IrcServer<cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const settings = cli.withFallbacks(OPTIONS, options);
  const { name, network: networkName, motd, password, maxMessagesPerSecond } = settings;
  const { clock } = options;
  const ircLimits = {
    maxChannels: settings.maxChannels,
    maxChannelsPerUser: settings.maxChannelsPerUser,
    maxQueuedBytes: settings.maxQueued,
    ...options.ircLimits,
  };
  const network = new IrcNetwork({
    serverName: name,
    networkName,
    version: `parley-${VERSION}`,
    motd,
    password,
    limits: ircLimits,
    deadlines: { ...DEFAULT_IRC_DEADLINES, ...setDeadlines(options) },
    ...clock && { clock },
    ...options.onIrcEvent && { onEvent: options.onIrcEvent },
  });
  const tooShort = tooShortIdle(options);
  if (tooShort) {
    throw new RangeError(
      `Cannot set idleMs to ${tooShort.idleMs}: it is at least ${tooShort.leastMs} with registerMs, pingMs and pongMs as they were set`,
    );
  }

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
      maxQueuedBytes: Math.max(DEFAULT_SERVER_LIMITS.maxQueuedBytes, ircLimits.maxQueuedBytes),
      ...options.limits,
    },
    // Nobody is idle who was not asked.
    deadlines: {
      ...options.deadlines,
      idleMs: options.deadlines?.idleMs ??
        Math.max(DEFAULT_DEADLINES.idleMs, leastIdleMs(setDeadlines(options))),
    },
    rate: { messagesPerSecond: maxMessagesPerSecond, ...options.rate },
  }, (connection) => network.serve(connection));
}

/** A server that speaks IRC. */
export type IrcServer<Addr extends cli.AnyAddr> = Server<IrcMessage | LimitError, IrcMessage, Addr>;

/** Returns those deadlines of the network that somebody has set. */
function setDeadlines(options: IrcServerOptions): Partial<IrcDeadlines> {
  const { registerTimeout, pingAfter, pingTimeout } = options;
  return {
    ...registerTimeout !== undefined && { registerMs: registerTimeout },
    ...pingAfter !== undefined && { pingMs: pingAfter },
    ...pingTimeout !== undefined && { pongMs: pingTimeout },
    ...options.ircDeadlines,
  };
}

/** Returns how long the silence of a connection may be at least, so that what was set holds; one that is lifted asks for nothing. */
function leastIdleMs(set: Partial<IrcDeadlines>): number {
  const { registerMs, pingMs, pongMs } = { ...DEFAULT_IRC_DEADLINES, ...set };
  const isPingSet = set.pingMs !== undefined || set.pongMs !== undefined;
  const times = [
    ...set.registerMs !== undefined ? [registerMs] : [],
    ...isPingSet ? [pingMs, pingMs + pongMs] : [],
  ];
  return Math.max(0, ...times.filter(Number.isFinite).map((ms) => ms + BEYOND_MS));
}

/** Returns the time after which a connection is idle, and the least it can be, where both were set and do not go together. */
function tooShortIdle(
  options: IrcServerOptions,
): { idleMs: number; leastMs: number } | undefined {
  const idleMs = options.deadlines?.idleMs;
  const leastMs = leastIdleMs(setDeadlines(options));
  return idleMs !== undefined && idleMs < leastMs ? { idleMs, leastMs } : undefined;
}

/** So much longer is silence than the time for an answer. */
const BEYOND_MS = 1_000;
const PORT = 6667;
const HOSTS_NAME = `a host's name with a dot in it, of at most ${MAX_SERVER_NAME_CHARS} characters`;
const ONE_WORD = "one word of at most 40 characters of ASCII";
const MAX_MESSAGES_PER_SECOND = 20;

const MAX_QUEUED = cli.size(
  "Bytes that may wait for a user who does not read",
  DEFAULT_IRC_LIMITS.maxQueuedBytes,
);

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
  maxQueued: { ...MAX_QUEUED, parse: parseMaxQueued },
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
  start: async ({ settings, given, report }) => {
    const { motd, password, deadlines = {} } = settings;
    const { idleMs: _, ...others } = deadlines;
    // What nobody typed makes room for what somebody did.
    const typed = <Value>(name: string, value: Value) => given.has(name) ? value : undefined;
    const options: IrcServerOptions = {
      ...settings,
      registerTimeout: typed("registerTimeout", settings.registerTimeout),
      pingAfter: typed("pingAfter", settings.pingAfter),
      pingTimeout: typed("pingTimeout", settings.pingTimeout),
      deadlines: given.has("idleTimeout") ? deadlines : others,
      motd: await textOf(motd),
      password: await passwordOf(password),
      onIrcEvent: (event) => report.note(recordOf(event), formatIrcEvent(event)),
    };
    requireIdle(options);
    return serveIrc(options);
  },
});

function parseMaxQueued(text: string, flag: string): number {
  const bytes = MAX_QUEUED.parse(text, flag);
  if (bytes >= MIN_QUEUED_BYTES) return bytes;
  const least = formatSize(MIN_QUEUED_BYTES);
  throw new cli.UsageError(`${flag} takes a size from ${least}, not ${JSON.stringify(text)}`);
}

function requireName(
  text: string,
  { flag, is, what }: { flag: string; is: (text: string) => boolean; what: string },
): string {
  if (is(text)) return text;
  throw new cli.UsageError(`${flag} takes ${what}, not ${JSON.stringify(text)}`);
}

function requireIdle(options: IrcServerOptions): void {
  const tooShort = tooShortIdle(options);
  if (tooShort === undefined) return;
  throw new cli.UsageError(
    `--idle-timeout takes a time from ${formatDuration(tooShort.leastMs)} with this ` +
      `--register-timeout, --ping-after and --ping-timeout, not ${formatDuration(tooShort.idleMs)}`,
  );
}

async function passwordOf(typed: string | undefined): Promise<string | undefined> {
  if (typed === undefined) return undefined;
  const flag = "--password";
  const password = await readToken(typed, { flag });
  const problem = passwordProblem(password);
  if (problem === undefined) return password;
  throw new cli.UsageError(`${flag} cannot be said with PASS: ${problem}`);
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
