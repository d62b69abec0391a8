import type { Codec } from "../codec/codec.ts";
import type { LimitError } from "../codec/errors.ts";
import { irc, type IrcMessage, splitText } from "../codec/irc/mod.ts";
import { shown } from "../codec/arguments.ts";
import { refuseOtherProtocols } from "../codec/other_protocols.ts";
import { type Clock, systemClock } from "../net/clock.ts";
import { safeListener } from "../net/safe_listener.ts";
import { ClientSession } from "./client_session.ts";
import { type IrcDeadlines, ircDeadlines } from "./deadlines.ts";
import type { IrcEvent } from "./events.ts";
import { FanOut } from "./fan_out.ts";
import { type IrcLimits, ircLimits } from "./limits.ts";
import { isServerName, isWord, MAX_SERVER_NAME_CHARS } from "./names.ts";
import { digestOf, passwordProblem } from "./password.ts";
import { State } from "./state.ts";
import type { IrcConnection } from "./user.ts";

/** How an {@linkcode IrcNetwork} is called, and what it bounds. */
export interface IrcNetworkOptions {
  /** What the server calls itself: the name of a host, with a dot in it. @default {"irc.localhost"} */
  readonly serverName?: string;
  /** What the network is called: one word. @default {"Parley"} */
  readonly networkName?: string;
  /** What it says that it runs: one word. @default {"parley"} */
  readonly version?: string;
  /** The message of the day, in lines. @default there is none */
  readonly motd?: string | undefined;
  /** What who registers has to say first, with PASS: one line of at most 504 bytes. @default anybody may register */
  readonly password?: string | undefined;
  /** How much there may be, and how much may wait for a user. */
  readonly limits?: Partial<IrcLimits>;
  /** How long users may take. */
  readonly deadlines?: Partial<IrcDeadlines>;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
  /** Hears who comes and goes. What it throws changes nothing, and is written to stderr once. */
  readonly onEvent?: (event: IrcEvent) => void;
}

/** What can be counted of an {@linkcode IrcNetwork}. */
export interface IrcCounts {
  /** Those who are registered. */
  readonly users: number;
  /** Those who are connected and have not said yet who they are. */
  readonly unknown: number;
  /** Channels with somebody in them. */
  readonly channels: number;
}

/** A client may send so many bytes of tags (IRCv3 message tags). */
const MAX_TAG_BYTES = 4096;
const MAX_MOTD_LINE_BYTES = 390;

/**
 * An IRC network of one server (RFC 1459, RFC 2812, IRCv3): its users and channels, and what they may ask for. It listens
 * nowhere itself: connections are brought to it, as by {@linkcode serve}. Nobody is an operator of the server, and nothing is
 * kept of what is said. It refuses clients that speak HTTP or TLS to it.
 *
 * Who does not read what others say is dropped, so that nobody is waited for; who asks for much is slowed down.
 *
 * @example
 * ```ts
 * import { IrcNetwork } from "@parley/sockets/ircd";
 * import { connect, serve } from "@parley/sockets";
 * import { irc } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 *
 * const network = new IrcNetwork({ serverName: "irc.example.org" });
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { codec, refusal } = network;
 * await using server = serve(listener, { codec, refusal }, (connection) => network.serve(connection));
 *
 * const { hostname, port } = server.addr;
 * await using client = await connect({ hostname, port, codec: irc() });
 * await client.send({ command: "NICK", params: ["ann"] });
 * await client.send({ command: "USER", params: ["ann", "0", "*", "Ann"] });
 * const welcome = await client.receive();
 * assert(welcome?.source === "irc.example.org" && welcome.command === "001");
 * ```
 */
export class IrcNetwork {
  /** What its connections speak. */
  readonly codec: Codec<IrcMessage | LimitError, IrcMessage>;
  readonly #state: State;
  readonly #deadlines: IrcDeadlines;

  /**
   * Nobody is there yet.
   *
   * @throws {TypeError} A name is none, nobody could say the password in a line, or a limit or deadline has a name that nobody
   * looks at.
   * @throws {RangeError} A limit or deadline is none, or a limit leaves no room in a line or is too small to serve with.
   */
  constructor(options: IrcNetworkOptions = {}) {
    const { clock = systemClock, password } = options;
    const problem = password === undefined ? undefined : passwordProblem(password);
    if (problem !== undefined) throw new TypeError(`Cannot set password: ${problem}`);
    this.#deadlines = ircDeadlines(options.deadlines);
    const settings = {
      serverName: requireServerName(options.serverName ?? "irc.localhost"),
      networkName: requireWord("networkName", options.networkName ?? "Parley"),
      version: requireWord("version", options.version ?? "parley"),
      motd: motdLines(options.motd ?? ""),
      passwordDigest: password === undefined ? undefined : digestOf(password),
      limits: ircLimits(options.limits),
      clock,
      report: safeListener(options.onEvent, { name: "onEvent" }),
    };
    this.codec = refuseOtherProtocols(irc({ onTooLong: "skip", maxTagBytes: MAX_TAG_BYTES }));
    const fanOut = new FanOut({
      codec: this.codec,
      clock,
      onSlow: (user) => this.#state.drop(user, "SendQ exceeded"),
    });
    this.#state = new State(settings, fanOut);
  }

  /** How many are there now. */
  get counts(): IrcCounts {
    const { users, unknown, channels } = this.#state;
    return { users: users.size, unknown, channels: channels.size };
  }

  /** Returns what to tell somebody for whom there is no room: the option of this name of {@linkcode serve}. */
  readonly refusal = ({ message }: LimitError): IrcMessage => {
    return { command: "ERROR", params: [`Closing link: the server is full: ${message}`] };
  };

  /**
   * Serves a connection to its end, which the others hear of with its reason. At a shutdown of its server it is told so.
   *
   * @throws {ProtocolError} The peer sent what is no IRC.
   * @throws {ClosedError} The connection broke.
   * @throws {DeadlineError} The connection took or said nothing for as long as it may.
   */
  async serve(connection: IrcConnection): Promise<void> {
    await new ClientSession(connection, { state: this.#state, deadlines: this.#deadlines }).run();
  }
}

function requireServerName(name: string): string {
  if (isServerName(name)) return name;
  throw new TypeError(
    `Cannot set serverName to ${
      shown(name)
    }: it is a host's name with a dot in it, of at most ${MAX_SERVER_NAME_CHARS} characters`,
  );
}

function requireWord(what: "networkName" | "version", word: string): string {
  if (isWord(word)) return word;
  throw new TypeError(
    `Cannot set ${what} to ${shown(word)}: it is one word of at most 40 characters of ASCII`,
  );
}

/** Returns the lines of a message of the day; those that are too long for a line of IRC become several. */
function motdLines(text: string): readonly string[] {
  if (text.trim() === "") return [];
  const lines = text.replaceAll("\0", "").replace(/[\r\n]+$/, "").split(/\r\n|\r|\n/);
  return lines.flatMap((line) => splitText(line, { maxBytes: MAX_MOTD_LINE_BYTES }));
}
