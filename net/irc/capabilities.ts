import { LimitError } from "../../codec/errors.ts";
import { type IrcMessage, parseCapabilities } from "../../codec/irc/mod.ts";

/** What a server offers beyond the old protocol, and what of it is in use (IRCv3 capability negotiation). */
export interface IrcCapabilities {
  /** What the server offers at the moment, with its values; a capability without one has the empty text. */
  readonly offered: ReadonlyMap<string, string>;
  /** What is in use. */
  readonly enabled: ReadonlySet<string>;
}

/** Keeps them, as the server's messages tell them. */
export class KnownCapabilities implements IrcCapabilities {
  readonly #offered = new Map<string, string>();
  readonly #enabled = new Set<string>();
  readonly #maxCapabilities: number;

  /** Begins with nothing offered. */
  constructor({ maxCapabilities }: { readonly maxCapabilities: number }) {
    this.#maxCapabilities = maxCapabilities;
  }

  get offered(): ReadonlyMap<string, string> {
    return this.#offered;
  }

  get enabled(): ReadonlySet<string> {
    return this.#enabled;
  }

  /**
   * Takes note of what a server says of them.
   *
   * @throws {LimitError} There are more than `maxCapabilities`.
   */
  heard({ command, params }: IrcMessage): void {
    if (command !== "CAP") return;
    const list = parseCapabilities(params.at(-1) ?? "");
    switch (params[1]?.toUpperCase()) {
      case "LS":
      case "NEW":
        for (const [name, value] of list) this.#offered.set(name, value);
        break;
      case "DEL":
        for (const name of list.keys()) {
          this.#offered.delete(name);
          this.#enabled.delete(name);
        }
        break;
      case "ACK":
        for (const name of list.keys()) {
          if (name.startsWith("-")) this.#enabled.delete(name.slice(1));
          else this.#enabled.add(name);
        }
        break;
    }
    const got = Math.max(this.#offered.size, this.#enabled.size);
    const max = this.#maxCapabilities;
    if (got <= max) return;
    throw new LimitError("Cannot keep what the server offers", {
      limit: "maxCapabilities",
      max,
      got,
      unit: "capabilities",
    });
  }
}
