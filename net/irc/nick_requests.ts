import type { IrcMessage } from "../../codec/irc/mod.ts";
import type { IrcState } from "./state.ts";

interface Request {
  readonly message: IrcMessage;
  readonly nick: string;
  isSent: boolean;
}

/** Refusals of a nickname; not each names the one that was asked for (RFC 2812, 5.2, and what servers made of it). */
const REFUSALS: ReadonlySet<string> = new Set([
  "431",
  "432",
  "433",
  "435",
  "436",
  "437",
  "438",
  "447",
  "484",
]);
/** Those that may be about something else, where they do not name the nickname. */
const OF_MORE: ReadonlySet<string> = new Set(["432", "433", "436", "437"]);
/** Requests of a server that answers none. */
const MAX_REQUESTS = 100;

/** The nicknames that the user has asked for and that the server has neither given nor refused. */
export class NickRequests {
  #open: Request[] = [];

  /** These nicknames. */
  get nicks(): string[] {
    return this.#open.map(({ nick }) => nick);
  }

  /** A NICK message of the user waits to be sent. */
  asked(message: IrcMessage): void {
    this.#open.push({ message, nick: message.params[0] ?? "", isSent: false });
    if (this.#open.length > MAX_REQUESTS) this.#open.shift();
  }

  /** A message was sent. */
  sent(message: IrcMessage): void {
    for (const request of this.#open) if (request.message === message) request.isSent = true;
  }

  /** A message will not be sent. */
  dropped(message: IrcMessage): void {
    this.#open = this.#open.filter((request) => request.message !== message);
  }

  /** The connection is lost, and what was sent over it; what waits goes over the next one. */
  lost(): void {
    this.#open = this.#open.filter(({ isSent }) => !isSent);
  }

  /** Takes note of a message, once the state has: a server answers in order. */
  heard({ command, params }: IrcMessage, state: IrcState): void {
    if (this.#open.length === 0) return;
    if (command === "NICK") {
      // A server may have cut the nickname.
      const at = this.#open.findIndex(({ nick }) =>
        state.isSame(nick.slice(0, state.nick.length), state.nick)
      );
      this.#open.splice(0, at + 1);
    } else if (REFUSALS.has(command)) {
      const names = params.slice(1, -1);
      const at = this.#open.findIndex(({ nick, isSent }) =>
        isSent && names.some((name) => state.isSame(name, nick))
      );
      if (at >= 0) this.#open.splice(at, 1);
      else if (!OF_MORE.has(command) && this.#open[0]?.isSent) this.#open.shift();
    }
  }
}
