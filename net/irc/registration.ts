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
/** So many underscores are tried behind the last nickname. */
const MAX_UNDERSCORES = 5;

/**
 * Registers with a server (RFC 2812, 3.1; IRCv3 capability negotiation): it is told each message, once that is noted in the
 * state, and says what to send.
 */
export class Registration {
  /** The server has welcomed us: nothing it says can refuse us any more. */
  isWelcome = false;
  /** What it says at the beginning is over. */
  isDone = false;
  /** A nickname that we would rather have is somebody's. */
  isSecondChoice = false;
  /** Agrees on what the server can do; it goes on listening afterwards. */
  readonly negotiation: Negotiation;
  readonly #options: RegistrationOptions;
  readonly #state: IrcState;
  readonly #nicks: string[];
  /** Underscores help where a nickname is taken, and not where it is none. */
  readonly #more: string[];

  /** Begins with nothing said. */
  constructor(options: RegistrationOptions, state: IrcState) {
    const { nicks, wanted, login } = options;
    this.#options = options;
    this.#state = state;
    this.negotiation = new Negotiation({ wanted, login, capabilities: state.capabilities });
    this.#nicks = nicks.slice(1);
    this.#more = Array.from(
      { length: MAX_UNDERSCORES },
      (_, at) => nicks[0]! + "_".repeat(at + 1),
    );
  }

  /** Returns what a client says first. */
  begin(): IrcMessage[] {
    const { user, realName, password } = this.#options;
    return [
      this.negotiation.begin(),
      ...password === undefined ? [] : [{ command: "PASS", params: [password] }],
      { command: "NICK", params: [this.#state.nick] },
      { command: "USER", params: [user, "0", "*", realName] },
    ];
  }

  /** Takes note of a message, and returns what to send. @throws {ProtocolError} The server turns us down. */
  heard(message: IrcMessage): IrcMessage[] {
    const { command, params } = message;
    const said = params.at(-1) ?? "";
    if (command === "001") this.isWelcome = true;
    else if (this.isWelcome) {
      // The end of the message of the day, or that there is none: what the server supports stands in front of it.
      if (command === "376" || command === "422") this.isDone = true;
    } else if (TAKEN.includes(command) || command === "432") return this.#nextNick(command, said);
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

  #nextNick(command: string, said: string): IrcMessage[] {
    if (command === "432") this.#more.length = 0;
    else this.isSecondChoice = true;
    const nick = this.#nicks.shift() ?? this.#more.shift();
    if (nick === undefined) {
      throw refusal("nick-refused", {
        tried: `register as ${this.#options.nicks.join(" or ")}`,
        said,
        expected: "a nickname that is free",
      });
    }
    this.#state.nick = nick;
    return [{ command: "NICK", params: [nick] }];
  }
}
