import { requireFunction, requireNames, shown } from "../../codec/arguments.ts";
import { saslPlain, type SaslPlainOptions } from "../../codec/irc/mod.ts";
import { requireLimit } from "../../codec/limits.ts";
import type { Address } from "../address.ts";
import { type Clock, systemClock } from "../clock.ts";
import {
  type ConnectDeadlines,
  DEFAULT_DEADLINES,
  requireMs,
  requireWaitMs,
} from "../deadlines.ts";
import { type ConnectionLimits, DEFAULT_SERVER_LIMITS } from "../limits.ts";
import { type Backoff, requireBackoff, type Retry } from "../reconnect.ts";
import { safeListener } from "../safe_listener.ts";
import type { Trace } from "../trace.ts";
import type { Transport } from "../transport.ts";
import { request } from "./negotiation.ts";
import { DEFAULT_IRC_PACE, type IrcPace } from "./pace.ts";
import { firstWords, possibleNicks } from "./registration.ts";
import { requireSendableUnseen } from "./sendable.ts";

/** How long things may take for an IRC client, in milliseconds. `Infinity` lifts a deadline and has to be typed. */
export interface IrcClientDeadlines extends ConnectDeadlines {
  /** From the connection to the server's welcome. */
  registerMs: number;
  /** From there to the end of what the server says of itself; then it is taken for over. */
  welcomeMs: number;
  /** Without a byte from the server, until it is asked with a PING; each connection waits a tenth less or more. */
  pingMs: number;
  /** For the server to say anything at all, once it was asked; then the connection is over. */
  pongMs: number;
  /** For the server to end the connection, once QUIT was sent. */
  quitMs: number;
}

/** How much an IRC client takes and keeps. `Infinity` lifts a limit and has to be typed. */
export interface IrcClientLimits extends ConnectionLimits {
  /** Bytes of a line from the server, without its tags and with CRLF: more than the 512 of RFC 2812, as some send. */
  maxLineBytes: number;
  /** Bytes of its tags. */
  maxTagBytes: number;
  /** Messages that were read and that nobody has taken; then no more is read. What the server says at a welcome must fit. */
  maxUnreadMessages: number;
  /** Messages that wait until the pace lets them go. */
  maxQueuedMessages: number;
  /** Channels that are remembered. */
  maxChannels: number;
  /** Capabilities of the server that are remembered. */
  maxCapabilities: number;
}

/** The deadlines of an IRC client where nobody says otherwise, beside those of every connection. */
export const DEFAULT_IRC_CLIENT_DEADLINES: Readonly<
  Pick<IrcClientDeadlines, "registerMs" | "welcomeMs" | "pingMs" | "pongMs" | "quitMs">
> = Object.freeze({
  registerMs: 60_000,
  welcomeMs: 10_000,
  pingMs: 60_000,
  pongMs: 30_000,
  quitMs: 5_000,
});

/** The limits of an IRC client where nobody says otherwise. */
export const DEFAULT_IRC_CLIENT_LIMITS: Readonly<IrcClientLimits> = Object.freeze({
  maxQueuedBytes: DEFAULT_SERVER_LIMITS.maxQueuedBytes,
  maxLineBytes: 8192,
  maxTagBytes: 8191,
  maxUnreadMessages: 2000,
  maxQueuedMessages: 1000,
  maxChannels: 500,
  maxCapabilities: 500,
});

/** What happens to an IRC client's connection. */
export type IrcClientEvent =
  /** It stands, and the server has welcomed us under this nickname. */
  | { readonly type: "connected"; readonly nick: string }
  /** It is lost, for this reason; a new one is made. */
  | { readonly type: "lost"; readonly error: unknown }
  /** It is waited for the next try. */
  | { readonly type: "retry" } & Readonly<Retry>;

/** How {@linkcode connectIrc} comes back when the connection is lost. */
export interface IrcReconnect {
  /** How long to wait between tries. */
  backoff?: Backoff;
  /** Returns a number from 0 up to 1. @default {Math.random} */
  random?: () => number;
}

/** How {@linkcode connectIrc} connects, and as whom. */
export interface ConnectIrcOptions {
  /** Opens the byte stream, as `Deno.connect` does; again after a loss where `reconnect` says so. */
  open: (signal: AbortSignal) => Promise<Transport>;
  /** The nickname. */
  nick: string;
  /**
   * Nicknames to take where it is somebody's; then come `nick_`, `nick__` and so on, five of them. Where the server takes none
   * that long, the underscores take the place of its last characters.
   *
   * @default none
   */
  alternatives?: readonly string[];
  /** The user's name in our address; servers cut it to about 10 characters. @default {"parley"} */
  user?: string;
  /** What others are told of the user. @default the nickname */
  realName?: string;
  /** The server's own password (PASS). @default none */
  password?: string;
  /** Whose account to log in with (SASL PLAIN); where that fails there is no connection. @default none */
  login?: SaslPlainOptions;
  /** Capabilities to ask for beside `server-time`, `message-tags`, `chghost` and `cap-notify`. @default none */
  capabilities?: readonly string[];
  /**
   * Milliseconds between two looks whether the nickname is free again, where another was taken; `Infinity` only listens for
   * its holder to leave.
   *
   * @default {60000}
   */
  nickRetryMs?: number;
  /** Connects again when the connection is lost, and joins the same channels. @default {false} */
  reconnect?: boolean | IrcReconnect;
  /** How fast to send. */
  pace?: IrcPace;
  /** How much is taken and kept. */
  limits?: Partial<IrcClientLimits>;
  /** How long things may take. */
  deadlines?: Partial<IrcClientDeadlines>;
  /**
   * Hears what happens to the connection. What it throws, or the promise that it returns is rejected with, is written to stderr
   * and changes nothing.
   */
  onEvent?: (event: IrcClientEvent) => unknown;
  /** Ends the attempt and, later, the client. */
  signal?: AbortSignal;
  /** Sees all bytes, and the messages that they became; passwords among them. */
  trace?: Trace;
  /** The number that logs and traces name it by. @default {0} */
  id?: number;
  /** Whom it calls, where that is known; a deadline's error says it. @default what the transport says */
  peer?: Address;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

const NAMES: Readonly<Record<keyof ConnectIrcOptions, true>> = {
  open: true,
  nick: true,
  alternatives: true,
  user: true,
  realName: true,
  password: true,
  login: true,
  capabilities: true,
  nickRetryMs: true,
  reconnect: true,
  pace: true,
  limits: true,
  deadlines: true,
  onEvent: true,
  signal: true,
  trace: true,
  id: true,
  peer: true,
  clock: true,
};

/** Capabilities that cost nothing, and of which the client or its user knows more. */
const WANTED = ["server-time", "message-tags", "chghost", "cap-notify"] as const;

/** Options with every default in its place. */
export interface IrcSettings {
  readonly open: (signal: AbortSignal) => Promise<Transport>;
  readonly nicks: readonly string[];
  readonly user: string;
  readonly realName: string;
  readonly password: string | undefined;
  readonly login: SaslPlainOptions | undefined;
  readonly wanted: readonly string[];
  readonly nickRetryMs: number;
  readonly reconnect: IrcReconnect | undefined;
  readonly pace: Required<IrcPace>;
  readonly limits: Readonly<IrcClientLimits>;
  readonly deadlines: Readonly<Pick<IrcClientDeadlines, keyof typeof DEFAULT_IRC_CLIENT_DEADLINES>>;
  readonly connectDeadlines: Partial<ConnectDeadlines>;
  readonly onEvent: (event: IrcClientEvent) => void;
  readonly trace: Trace | undefined;
  readonly id: number;
  readonly peer: Address | undefined;
  readonly clock: Clock;
}

/**
 * Returns options with their defaults.
 *
 * @throws {TypeError} One of them has a name that nobody looks at, or is no nickname, name or function.
 * @throws {RangeError} A limit, deadline or pace is none.
 * @throws {ProtocolError} What is said first, or the login, cannot be sent; its side is `local`.
 */
export function settledOptions(options: ConnectIrcOptions): IrcSettings {
  requireNames(options, { what: "options of connectIrc()", names: Object.keys(NAMES) });
  const { nick, alternatives = [], capabilities = [], deadlines = {}, reconnect = false } = options;
  const { user = "parley", realName = nick, clock = systemClock, id = 0 } = options;
  const own = Object.keys(DEFAULT_IRC_CLIENT_DEADLINES);
  const names = [...own, ...Object.keys(DEFAULT_DEADLINES)];
  requireNames(deadlines, { what: "deadlines of an IRC client", names });
  const deadlineOf = (name: keyof typeof DEFAULT_IRC_CLIENT_DEADLINES) =>
    requireMs(name, deadlines[name] ?? DEFAULT_IRC_CLIENT_DEADLINES[name]);
  const listener = safeListener(options.onEvent, { name: "onEvent" });
  const settings: IrcSettings = {
    open: requireFunction(options.open, "open"),
    nicks: [nick, ...alternatives].map((one) => requireWord(one, "nick")),
    user: requireWord(user, "user"),
    realName: requireLine(realName, "realName"),
    password: options.password === undefined ? undefined : requireSecret(options.password),
    login: options.login && requireLogin(options.login),
    wanted: [...WANTED, ...capabilities.map((one) => requireWord(one, "capability"))],
    nickRetryMs: requireMs("nickRetryMs", options.nickRetryMs ?? 60_000),
    reconnect: reconnectOf(reconnect),
    pace: paceOf(options.pace),
    limits: limitsOf(options.limits),
    deadlines: {
      registerMs: deadlineOf("registerMs"),
      welcomeMs: deadlineOf("welcomeMs"),
      pingMs: deadlineOf("pingMs"),
      pongMs: deadlineOf("pongMs"),
      quitMs: deadlineOf("quitMs"),
    },
    connectDeadlines: Object.fromEntries(
      Object.entries(deadlines).filter(([name]) => !own.includes(name)),
    ),
    onEvent: (event) => void listener(event),
    trace: options.trace,
    id,
    peer: options.peer,
    clock,
  };
  // A server would wait in vain for what cannot be sent.
  const { nicks, wanted } = settings;
  const said = possibleNicks(nicks).flatMap((one) => firstWords(settings, one));
  for (const message of [...said, ...wanted.map(request)]) requireSendableUnseen(message);
  return settings;
}

function reconnectOf(given: boolean | IrcReconnect): IrcReconnect | undefined {
  if (given === false) return undefined;
  if (given === true) return {};
  requireNames(given, { what: "options of reconnect", names: ["backoff", "random"] });
  requireBackoff(given.backoff);
  return given;
}

function paceOf(given: IrcPace = {}): Required<IrcPace> {
  requireNames(given, { what: "pace", names: ["burst", "everyMs"] });
  const { burst = DEFAULT_IRC_PACE.burst, everyMs = DEFAULT_IRC_PACE.everyMs } = given;
  if (everyMs === Infinity) throw new RangeError("Cannot set everyMs: Infinity lets nothing go");
  return { burst: requireLimit("burst", burst), everyMs: requireWaitMs("everyMs", everyMs) };
}

function limitsOf(given: Partial<IrcClientLimits> = {}): IrcClientLimits {
  requireNames(given, {
    what: "limits of an IRC client",
    names: Object.keys(DEFAULT_IRC_CLIENT_LIMITS),
  });
  const limitOf = (name: keyof IrcClientLimits) =>
    requireLimit(name, given[name] ?? DEFAULT_IRC_CLIENT_LIMITS[name]);
  return {
    maxQueuedBytes: limitOf("maxQueuedBytes"),
    maxLineBytes: limitOf("maxLineBytes"),
    maxTagBytes: limitOf("maxTagBytes"),
    maxUnreadMessages: limitOf("maxUnreadMessages"),
    maxQueuedMessages: limitOf("maxQueuedMessages"),
    maxChannels: limitOf("maxChannels"),
    maxCapabilities: limitOf("maxCapabilities"),
  };
}

/** Returns what can stand in a message as one word. */
function requireWord(word: string, what: string): string {
  if (typeof word === "string" && word !== "" && !/^:|[\0\r\n ]/.test(word)) return word;
  throw new TypeError(`Cannot connect: ${shown(word)} is no ${what}`);
}

function requireLine(text: string, what: string): string {
  if (typeof text === "string" && text !== "" && !/[\0\r\n]/.test(text)) return text;
  throw new TypeError(`Cannot connect: ${shown(text)} is no ${what}`);
}

/** A password is not shown. */
function requireSecret(text: string): string {
  if (typeof text === "string" && text !== "" && !/[\0\r\n]/.test(text)) return text;
  throw new TypeError("Cannot connect: the password is no line of text");
}

/** Refuses now what could not be sent later. */
function requireLogin(login: SaslPlainOptions): SaslPlainOptions {
  saslPlain(login);
  return login;
}
