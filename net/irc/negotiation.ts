import type { IrcMessage } from "../../codec/irc/mod.ts";
import { saslLines, saslPlain, type SaslPlainOptions } from "../../codec/irc/mod.ts";
import type { IrcCapabilities } from "./capabilities.ts";
import { refusal } from "./refusal.ts";

/** What a client wants of a server beyond the old protocol. */
export interface NegotiationOptions {
  /** The names of the capabilities that are asked for where they are offered. */
  readonly wanted: readonly string[];
  /** Whose account to log in with; undefined logs in nowhere. */
  readonly login: SaslPlainOptions | undefined;
  /** What the server says, which is noted before it comes here. */
  readonly capabilities: IrcCapabilities;
}

/** What a server says where a login fails (IRCv3 SASL), apart from what it says of the mechanisms. */
const LOGIN_FAILURES: readonly string[] = ["902", "904", "905", "906"];
/** What servers say that know nothing of capabilities: `Unknown command`, `You have not registered`. */
const OF_OLD_SERVERS: readonly string[] = ["410", "421", "451"];

/**
 * Agrees with a server on capabilities and logs in (IRCv3 capability negotiation 302, SASL PLAIN): it is told each message and
 * says what to send. The password is sent when the server has agreed to take it, and never before.
 */
export class Negotiation {
  readonly #options: NegotiationOptions;
  #phase: "listing" | "asking" | "login" | "done" = "listing";
  /** What was asked for and is not answered yet. */
  readonly #asked = new Set<string>();
  #isPasswordSent = false;
  #isLoggedIn = false;

  /** Begins with nothing said. */
  constructor(options: NegotiationOptions) {
    this.#options = options;
  }

  /** What the negotiation begins with. */
  begin(): IrcMessage {
    return { command: "CAP", params: ["LS", "302"] };
  }

  /** Takes note of a message, and returns what to send. @throws {ProtocolError} The login fails. */
  heard(message: IrcMessage): IrcMessage[] {
    const { command, params } = message;
    if (command === "CAP") return this.#heardCap(params);
    if (command === "001") return this.#welcomed();
    if (this.#phase === "listing" && OF_OLD_SERVERS.includes(command)) return this.#withoutAny();
    if (this.#phase !== "login") return [];
    if (command === "AUTHENTICATE" && params[0] === "+") return this.#password();
    if (command === "903" || command === "907") {
      this.#isLoggedIn = true;
      return this.#finish();
    }
    if (command === "908") throw this.#failed(`the server takes no PLAIN, but ${params[1] ?? ""}`);
    if (LOGIN_FAILURES.includes(command)) throw this.#failed(params.at(-1) ?? "");
    return [];
  }

  #heardCap([, subcommand = "", ...rest]: readonly string[]): IrcMessage[] {
    const list = rest.at(-1) ?? "";
    switch (subcommand.toUpperCase()) {
      case "LS":
        // A star says that the list goes on.
        if (this.#phase !== "listing" || (rest.length > 1 && rest[0] === "*")) return [];
        return this.#ask();
      case "ACK":
      case "NAK":
        return this.#answered(list, subcommand.toUpperCase() === "ACK");
      case "NEW":
        return this.#phase === "done" ? this.#offeredLater(list) : [];
      default:
        return [];
    }
  }

  /** Asks for each by itself, so that one which is refused takes no other along. */
  #ask(): IrcMessage[] {
    const { wanted, login, capabilities: { offered } } = this.#options;
    const names = wanted.filter((name) => name !== "sasl" && offered.has(name));
    if (login) {
      const mechanisms = offered.get("sasl");
      if (mechanisms === undefined) throw this.#failed("the server offers no login (SASL)");
      if (mechanisms !== "" && !mechanisms.toUpperCase().split(",").includes("PLAIN")) {
        throw this.#failed(`the server takes no PLAIN, but ${mechanisms}`);
      }
      names.push("sasl");
    }
    if (names.length === 0) return this.#finish();
    this.#phase = "asking";
    for (const name of names) this.#asked.add(name);
    return names.map(request);
  }

  #answered(list: string, isAgreed: boolean): IrcMessage[] {
    if (this.#phase !== "asking") return [];
    for (const name of list.split(" ")) {
      if (!this.#asked.delete(name) || isAgreed) continue;
      if (name === "sasl") throw this.#failed("the server refuses to take one (SASL)");
    }
    if (this.#asked.size > 0) return [];
    if (!this.#options.login) return this.#finish();
    this.#phase = "login";
    return [{ command: "AUTHENTICATE", params: ["PLAIN"] }];
  }

  #password(): IrcMessage[] {
    const { login } = this.#options;
    if (!login || this.#isPasswordSent) return [];
    this.#isPasswordSent = true;
    return saslLines(saslPlain(login)).map((line) => ({
      command: "AUTHENTICATE",
      params: [line],
    }));
  }

  /** The server knows nothing of capabilities. */
  #withoutAny(): IrcMessage[] {
    this.#phase = "done";
    if (this.#options.login) throw this.#failed("the server offers no login (SASL)");
    return [];
  }

  /** The server waited for no end of the negotiation. */
  #welcomed(): IrcMessage[] {
    this.#phase = "done";
    if (this.#options.login && !this.#isLoggedIn) {
      throw this.#failed("the server let us in without a login");
    }
    return [];
  }

  #offeredLater(list: string): IrcMessage[] {
    const { wanted, capabilities: { offered, enabled } } = this.#options;
    const names = list.split(" ").map((word) => word.split("=")[0]!);
    const asked = wanted.filter((name) =>
      names.includes(name) && name !== "sasl" && offered.has(name) && !enabled.has(name)
    );
    return asked.map(request);
  }

  #finish(): IrcMessage[] {
    this.#phase = "done";
    return [{ command: "CAP", params: ["END"] }];
  }

  #failed(said: string): Error {
    const account = this.#options.login?.account ?? "";
    return refusal("login-refused", {
      tried: `log in as ${account}`,
      said,
      expected: "a login with SASL PLAIN",
    });
  }
}

/** Returns what asks for a capability. */
export function request(name: string): IrcMessage {
  return { command: "CAP", params: ["REQ", name] };
}
