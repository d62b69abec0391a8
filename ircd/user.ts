import type { IrcMessage } from "../codec/irc/mod.ts";
import type { LimitError } from "../codec/errors.ts";
import type { Address } from "../net/address.ts";
import type { Clock } from "../net/clock.ts";
import type { Connection } from "../net/connection.ts";
import { HIGH_WATER_BYTES } from "../net/outgoing.ts";
import type { SharedBytes } from "../net/shared_bytes.ts";
import { type Capability, type Form, WITH_TAGS, WITH_TIME } from "./capabilities.ts";
import { byteLength, cutText } from "./cut_text.ts";

/** A connection that speaks the network's codec. */
export type IrcConnection = Connection<IrcMessage | LimitError, IrcMessage>;

/** What a {@linkcode User} is made of. */
export interface UserOptions {
  /** What the server calls itself. */
  readonly serverName: string;
  /** Bytes of what others say that may wait for it. */
  readonly maxQueuedBytes: number;
  /** The clock to go by. */
  readonly clock: Clock;
  /** Hands it what others said before, so that nothing overtakes that. */
  readonly settle: (user: User) => void;
}

/** Somebody who is connected: from the first byte on, also while it has no name yet. */
export class User {
  readonly connection: IrcConnection;
  /** The address that it comes from, as others see it. */
  readonly host: string;
  /** `*` while it has none. */
  nick = "*";
  /** The nickname as it is compared; empty while it has none. */
  key = "";
  /** The name that it gave with USER; empty before. */
  username = "";
  realname = "";
  /** What PASS gave last. */
  password: string | undefined;
  /** It has said CAP LS or CAP REQ, and not CAP END. */
  isNegotiating = false;
  isRegistered = false;
  /** It is no part of the network any more; what it still says is not heard. */
  isGone = false;
  isInvisible = false;
  /** Why it is away; undefined while it is there. */
  away: string | undefined;
  readonly capabilities = new Set<Capability>();
  /** In which form it gets what others say. */
  form: Form = 0;
  readonly connectedMs: number;
  /** When it said something to somebody last. */
  spokeMs: number;
  /** The round of {@linkcode Memberships.peersOf} that has counted it. */
  round = 0;
  readonly #options: UserOptions;
  /** Above this what it asks for waits, so that there is room for what others say. */
  readonly #highWaterBytes: number;
  #source = "";
  #sent: Promise<void> | undefined;

  /** Is nobody yet. */
  constructor(connection: IrcConnection, options: UserOptions) {
    this.connection = connection;
    this.host = shownHost(connection.remoteAddr);
    this.connectedMs = this.spokeMs = options.clock.now();
    this.#options = options;
    this.#highWaterBytes = Math.min(HIGH_WATER_BYTES, options.maxQueuedBytes / 2);
  }

  /** What stands in front of what it says: `nick!user@host`. */
  get source(): string {
    return this.#source;
  }

  /** Has another name, or its first one. */
  rename(nick: string, key: string): void {
    this.nick = nick;
    this.key = key;
    this.#source = `${nick}!${this.username}@${this.host}`;
  }

  /** Is called what USER said. */
  introduce(username: string, realname: string): void {
    this.username = username;
    this.realname = realname;
    this.#source = `${this.nick}!${username}@${this.host}`;
  }

  /** Has a capability, or has it no more. */
  toggle(capability: Capability, isOn: boolean): void {
    if (isOn) this.capabilities.add(capability);
    else this.capabilities.delete(capability);
    const time = this.capabilities.has("server-time") ? WITH_TIME : 0;
    const tags = this.capabilities.has("message-tags") ? WITH_TAGS : 0;
    // The two bits make one of the four forms.
    this.form = (time | tags) as Form;
  }

  /** Answers it with a numeric, whose first parameter is its nickname. What is odd in what it typed itself is shown harmlessly. */
  reply(numeric: string, ...params: string[]): void {
    for (let at = 0; at < params.length - 1; at++) params[at] = middle(params[at]!);
    this.send({
      source: this.#options.serverName,
      command: numeric,
      params: [this.nick, ...params],
    });
  }

  /** Returns how many bytes the last parameter of a numeric may have that has `beside` in front of it. */
  roomFor(...beside: string[]): number {
    // `:server 353 nick beside :` and CRLF.
    let bytes = 10 + this.#options.serverName.length + this.nick.length;
    for (const param of beside) bytes += 1 + byteLength(param);
    return 512 - bytes;
  }

  /** Sends it something of the server's own. Who sends much waits for `ready` in between. */
  send(message: IrcMessage): void {
    const { settle, clock } = this.#options;
    settle(this);
    const isTimed = (this.form & WITH_TIME) !== 0;
    this.#sent = this.connection.send(
      isTimed ? { ...message, tags: new Map([["time", clock.date().toISOString()]]) } : message,
    );
  }

  /** Returns what to wait for while much of what it asked for has not left; undefined where there is room. */
  ready(): Promise<void> | undefined {
    const { queuedBytes } = this.connection;
    if (queuedBytes <= this.#highWaterBytes) return undefined;
    // Below its own mark the connection lets nobody wait.
    return queuedBytes > HIGH_WATER_BYTES ? this.#sent : this.connection.flush();
  }

  /** Takes what others say and waits for nothing; false says that too much waits. */
  trySend(bytes: SharedBytes): boolean {
    return this.connection.trySend(bytes, this.#options);
  }
}

/** Words that were typed come back no longer than this. */
const MAX_ECHO_BYTES = 120;

/** Returns what may stand in the middle of a line. */
function middle(typed: string): string {
  if (typed === "") return "*";
  const param = cutText(typed, MAX_ECHO_BYTES);
  if (!param.includes(" ") && !param.startsWith(":")) return param;
  return param.replaceAll(" ", "_").replace(/^:/, "_");
}

/** A host that began with a colon would be the last parameter of a line. */
function shownHost(address: Address): string {
  if (!("hostname" in address)) return "localhost";
  const { hostname } = address;
  return hostname.startsWith(":") ? `0${hostname}` : hostname;
}
