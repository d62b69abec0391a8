// This module is browser compatible.

import { LimitError } from "../errors.ts";
import { requireNames } from "../arguments.ts";
import { requireLimit } from "../limits.ts";
import type { Casemapping } from "./casemapping.ts";

/** A channel mode that gives a member a rank, and the symbol that stands in front of such a member's nickname. */
export interface IrcPrefix {
  /** The letter: `o`. */
  readonly mode: string;
  /** The symbol: `@`. */
  readonly symbol: string;
}

/** The four kinds of channel modes (`CHANMODES`), each as the letters that belong to it. */
export interface IrcChannelModes {
  /** They add to a list or take from it, and always have a parameter: `b`. */
  readonly list: string;
  /** They always have a parameter: `k`. */
  readonly always: string;
  /** They have a parameter only where they are set: `l`. */
  readonly whenSet: string;
  /** They never have one: `imnst`. */
  readonly never: string;
}

/** How much an {@linkcode IrcSupport} takes. */
export interface IrcSupportOptions {
  /** Tokens that are kept. @default {500} */
  maxTokens?: number;
}

const DEFAULTS = {
  CHANMODES: "b,k,l,imnpst",
  CHANTYPES: "#&",
  PREFIX: "(ov)@+",
} as const;

/**
 * What a server says that it does, in its 005 replies (RPL_ISUPPORT). What it has not said is as RFC 1459 has it. It refuses
 * more tokens than `maxTokens`.
 *
 * @example
 * ```ts
 * import { IrcSupport } from "@parley/sockets/codec/irc";
 * import { assert } from "@std/assert";
 * const support = new IrcSupport();
 * support.apply(["ann", "NICKLEN=30", "CASEMAPPING=ascii", "SAFELIST", "are supported by this server"]);
 * assert(support.number("NICKLEN", 9) === 30 && support.casemapping === "ascii");
 * assert(support.has("SAFELIST") && support.channelTypes === "#&");
 * ```
 */
export class IrcSupport {
  readonly #tokens = new Map<string, string>();
  readonly #maxTokens: number;

  /** Begins with nothing said. @throws {RangeError} `maxTokens` is neither a whole number from 1 nor `Infinity`. */
  constructor(options: IrcSupportOptions = {}) {
    requireNames(options, { what: "options of IrcSupport", names: ["maxTokens"] });
    this.#maxTokens = requireLimit("maxIrcSupportTokens", options.maxTokens ?? 500);
  }

  /**
   * Takes the parameters of one 005 reply: the nickname, the tokens and a text for people. `-NAME` takes back what was said
   * before, and `\xHH` stands for a character. Words that are no token are left out.
   *
   * @throws {LimitError} There are more tokens than `maxTokens`.
   */
  apply(params: readonly string[]): void {
    for (const token of params.slice(1)) {
      const [, removed, name, value = ""] = /^(-?)([A-Za-z0-9]+)(?:=([^ ]*))?$/.exec(token) ?? [];
      if (name === undefined) continue;
      const key = name.toUpperCase();
      if (removed === "-") this.#tokens.delete(key);
      else this.#set(key, unescaped(value));
    }
  }

  /** Returns what was said of `name`, the empty text where it has no value; undefined where nothing was said. */
  get(name: string): string | undefined {
    return this.#tokens.get(name.toUpperCase());
  }

  /** Says whether `name` was said. */
  has(name: string): boolean {
    return this.#tokens.has(name.toUpperCase());
  }

  /** Returns the whole number that was said of `name`, or `fallback` where there is none. */
  number(name: string, fallback: number): number {
    const value = this.get(name) ?? "";
    return /^\d{1,15}$/.test(value) ? Number(value) : fallback;
  }

  /** Which characters are the same in names. One that we do not know counts as `ascii`. */
  get casemapping(): Casemapping {
    const value = this.get("CASEMAPPING")?.toLowerCase() ?? "rfc1459";
    if (value === "strict-rfc1459") return "rfc1459-strict";
    return value === "rfc1459" || value === "rfc1459-strict" ? value : "ascii";
  }

  /** Returns how many targets one message of this command may have (`TARGMAX`, `MAXTARGETS`); `Infinity` where nothing is said. */
  maxTargets(command: string): number {
    const said = (this.get("TARGMAX") ?? "").toUpperCase().split(",")
      .map((pair) => pair.split(":"))
      .find(([name]) => name === command.toUpperCase());
    const value = said === undefined ? this.get("MAXTARGETS") : said[1];
    return /^[1-9]\d{0,14}$/.test(value ?? "") ? Number(value) : Infinity;
  }

  /** The characters that a channel's name begins with. */
  get channelTypes(): string {
    return this.get("CHANTYPES") ?? DEFAULTS.CHANTYPES;
  }

  /** The ranks of a channel's members, the highest first. */
  get prefixes(): IrcPrefix[] {
    const said = this.get("PREFIX") ?? DEFAULTS.PREFIX;
    const [, modes = "", symbols = ""] = /^\(([^)]*)\)(.*)$/.exec(said) ?? [];
    return [...modes].slice(0, symbols.length)
      .map((mode, index) => ({ mode, symbol: symbols[index]! }));
  }

  /** The symbols that may stand in front of a channel's name, to speak only to members of that rank or a higher one. */
  get statusSymbols(): string {
    return this.get("STATUSMSG") ?? "";
  }

  /** The kinds of channel modes. */
  get channelModes(): IrcChannelModes {
    const said = this.get("CHANMODES") ?? DEFAULTS.CHANMODES;
    const [list = "", always = "", whenSet = "", never = ""] = said.split(",");
    return { list, always, whenSet, never };
  }

  /** The network's name, where it has one. */
  get networkName(): string | undefined {
    return this.get("NETWORK");
  }

  #set(key: string, value: string): void {
    if (!this.#tokens.has(key) && this.#tokens.size >= this.#maxTokens) {
      throw new LimitError("Cannot keep what the server supports", {
        limit: "maxIrcSupportTokens",
        max: this.#maxTokens,
        got: this.#maxTokens + 1,
        atLeast: true,
        unit: "tokens",
      });
    }
    this.#tokens.set(key, value);
  }
}

function unescaped(value: string): string {
  return value.replace(/\\x([0-9A-Fa-f]{2})/g, (_escape, digits: string) => {
    return String.fromCharCode(parseInt(digits, 16));
  });
}
