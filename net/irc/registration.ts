import type { IrcMessage, SaslPlainOptions } from "../../codec/irc/mod.ts";
import { Negotiation } from "./negotiation.ts";
import { refusal } from "./refusal.ts";
import type { IrcState } from "./state.ts";

/** As whom a client registers. */
export interface RegistrationOptions {
  /** The nicknames to try, the best one first. */
  readonly nicks: readonly string[];
  /** The user's name (RFC 2812, 3.1.3). */
  readonly user: string;
  /** What is said of the user. */
  readonly realName: string;
  /** The server's own password. */
  readonly password: string | undefined;
  /** Whose account to log in with. */
  readonly login: SaslPlainOptions | undefined;
  /** The capabilities to ask for. */
  readonly wanted: readonly string[];
}

/** That the nickname is somebody's, clashes, or is locked. */
const TAKEN: readonly string[] = ["433", "436", "437"];
/** So many underscores are tried behind the first nickname. */
const MAX_UNDERSCORES = 5;

/** Returns the nicknames that a registration may end with; of those with underscores only the longest. */
export function possibleNicks(nicks: readonly string[]): string[] {
  return [...nicks, nicks[0]! + "_".repeat(MAX_UNDERSCORES)];
}

/** Returns what a client says first, behind the beginning of the negotiation. */
export function firstWords(
  { user, realName, password }: Pick<RegistrationOptions, "user" | "realName" | "password">,
  nick: string,
): IrcMessage[] {
  return [
    ...password === undefined ? [] : [{ command: "PASS", params: [password] }],
    { command: "NICK", params: [nick] },
    { command: "USER", params: [user, "0", "*", realName] },
  ];
}

/**
 * Registers with a server (RFC 2812, 3.1; IRCv3 capability negotiation): it is told each message, once that is noted in the
 * state, and says what to send.
 */
export class Registration {
  /** The server has welcomed us: nothing it says can refuse us any more. */
  isWelcome = false;
  /** What it says at the beginning is over. */
  isDone = false;
  /** The nickname that we would rather have is somebody's. */
  isSecondChoice = false;
  /** Agrees on what the server can do; it goes on listening afterwards. */
  readonly negotiation: Negotiation;
  readonly #options: RegistrationOptions;
  readonly #state: IrcState;
  /** The nicknames that are left to try, behind the first one. */
  readonly #nicks: string[];
  /** Tries others like the first one; there are none before that is refused, nor where it is no nickname. */
  #variants: NickVariants | undefined;
  /** Why the first nickname was refused, in the server's words. */
  #refusal: string | undefined;

  /** Begins with nothing said. */
  constructor(options: RegistrationOptions, state: IrcState) {
    const { nicks, wanted, login } = options;
    this.#options = options;
    this.#state = state;
    this.negotiation = new Negotiation({ wanted, login, capabilities: state.capabilities });
    this.#nicks = nicks.slice(1);
  }

  /** Returns what a client says first. */
  begin(): IrcMessage[] {
    return [this.negotiation.begin(), ...firstWords(this.#options, this.#state.nick)];
  }

  /** Takes note of a message, and returns what to send. @throws {ProtocolError} The server turns us down. */
  heard(message: IrcMessage): IrcMessage[] {
    const { command, params } = message;
    const said = params.at(-1) ?? "";
    if (command === "001") this.isWelcome = true;
    else if (this.isWelcome) {
      // The end of the message of the day, or that there is none: what the server supports stands in front of it.
      if (command === "376" || command === "422") this.isDone = true;
    } else if (TAKEN.includes(command) || command === "432") return this.#nextNick(message);
    else if (command === "464") {
      throw refusal("password-refused", {
        tried: "register",
        said,
        expected: "the server's password",
      });
    } else if (command === "465") {
      throw refusal("banned", { tried: "register", said, expected: "a welcome" });
    } else if (command === "ERROR") {
      throw refusal("registration-refused", { tried: "register", said, expected: "a welcome" });
    }
    return this.negotiation.heard(message);
  }

  #nextNick({ command, params }: IrcMessage): IrcMessage[] {
    const isTaken = command !== "432";
    if (this.#refusal === undefined) {
      this.#refusal = params.at(-1) ?? "";
      this.isSecondChoice = isTaken;
      // Underscores help where a nickname is taken, and not where it is none.
      if (isTaken) this.#variants = new NickVariants(this.#options.nicks[0]!);
    }
    this.#variants?.refused(this.#state.nick, { isTaken, said: params[1] });
    const nick = this.#nicks.shift() ?? this.#variants?.next();
    if (nick === undefined) {
      throw refusal("nick-refused", {
        tried: `register as ${this.#options.nicks.join(" or ")}`,
        said: this.#refusal,
        expected: "a nickname that is free",
      });
    }
    this.#state.nick = nick;
    return [{ command: "NICK", params: [nick] }];
  }
}

/** Nicknames like one that is taken: underscores behind it or, where that is too long for the server, in place of its end. */
class NickVariants {
  #characters: readonly string[];
  #underscores = 0;
  #isLongest = false;
  #last: string | undefined;

  constructor(nick: string) {
    // Whole characters: none is cut within a pair of surrogates.
    this.#characters = [...nick];
    this.#last = nick;
  }

  /** A nickname was refused; a server that cuts nicknames names another one than was asked for. */
  refused(
    nick: string,
    { isTaken, said = nick }: { readonly isTaken: boolean; readonly said: string | undefined },
  ): void {
    if (nick !== this.#last || this.#isLongest) return;
    const isCut = isTaken && said !== nick && nick.startsWith(said);
    if (isTaken && !isCut) return;
    if (isCut) this.#characters = [...said];
    this.#isLongest = true;
    this.#underscores = 0;
  }

  /** Returns the next one; undefined where there is none. */
  next(): string | undefined {
    const first = this.#characters.join("");
    const max = this.#isLongest
      ? Math.min(MAX_UNDERSCORES, this.#characters.length)
      : MAX_UNDERSCORES;
    while (this.#underscores < max) {
      const count = ++this.#underscores;
      const kept = this.#isLongest ? this.#characters.slice(0, -count).join("") : first;
      this.#last = kept + "_".repeat(count);
      // One that ends with underscores stays as it is.
      if (this.#last !== first) return this.#last;
    }
    return undefined;
  }
}
