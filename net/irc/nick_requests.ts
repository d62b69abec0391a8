import type { IrcMessage } from "../../codec/irc/mod.ts";
import type { IrcState } from "./state.ts";

interface Request {
  readonly message: IrcMessage;
  readonly nick: string;
  isSent: boolean;
}

/** Refusals of a nickname; not each names the one that was asked for (RFC 2812, 5.2, and what servers made of it). */
export const NICK_REFUSALS: ReadonlySet<string> = new Set([
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

  /**
   * Takes away what was asked for and changes nothing, now that all before it is answered: a server says nothing to who is
   * called like that already. Returns whether there was such a request.
   */
  takeUnchanged(state: IrcState): boolean {
    const maxChars = state.support.number("NICKLEN", Infinity);
    let isTaken = false;
    for (let [first] = this.#open; first?.isSent; [first] = this.#open) {
      if (!state.isSame(first.nick.slice(0, maxChars), state.nick)) break;
      this.#open.shift();
      isTaken = true;
    }
    return isTaken;
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
      const at = this.#open.findIndex(({ nick }) => isCutTo(nick, state.nick, state));
      this.#open.splice(0, at + 1);
    } else if (NICK_REFUSALS.has(command)) {
      const names = params.slice(1, -1);
      const named = (is: (name: string, nick: string) => boolean) =>
        this.#open.findIndex(({ nick, isSent }) => isSent && names.some((name) => is(name, nick)));
      const exactly = named((name, nick) => state.isSame(name, nick));
      const at = exactly >= 0 ? exactly : named((name, nick) => isCutTo(nick, name, state));
      if (at >= 0) this.#open.splice(at, 1);
      else if (!OF_MORE.has(command) && this.#open[0]?.isSent) this.#open.shift();
    }
  }
}

/** Says whether a nickname is the one that was asked for, or what a server has left of it. */
function isCutTo(asked: string, nick: string, state: IrcState): boolean {
  return nick !== "" && state.isSame(asked.slice(0, nick.length), nick);
}
