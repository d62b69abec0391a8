import { closestString } from "@std/text/closest-string";
import { AddressList } from "../net/address_list.ts";
import { messageOf } from "../net/errors.ts";
import { parseHost } from "./endpoint.ts";
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
  parseWhole,
  quoted,
} from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** One option of a program: the command line, `--help` and the tables in the documents come from it. */
export interface Option<Value> {
  /** What stands for its value in the help; undefined for a flag, which has none. */
  readonly placeholder: string | undefined;
  /** What it does. */
  readonly description: string;
  /** What holds where it is not given. */
  readonly fallback: Value;
  /** The fallback as it would be typed; undefined where there is nothing to say. */
  readonly fallbackText: string | undefined;
  /** Reads what was typed. @throws {UsageError} It cannot be the value. */
  readonly parse: (text: string, flag: string) => Value;
  /** The one letter that it may be typed as: `p` for `-p`. @default none */
  readonly letter?: string;
  /** It may be given again and again: its value is an array of what each is. @default {false} */
  readonly isList?: boolean;
}

/** The options of a program by their names: `maxClients` is typed `--max-clients`, `waitMs` is typed `--wait 2s`. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values that a program gets for its options. */
export type OptionValues<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer Value> ? Value : never;
};

/** Options by the types of their values, for a constant that others see: `Declared<{ waitMs: number }>`. */
export type Declared<Values> = { readonly [Name in keyof Values]: Option<Values[Name]> };

/** What somebody who calls a program's function may give of its options. */
export type Given<O extends Options> = {
  readonly [Name in keyof O]?: OptionValues<O>[Name] | undefined;
};

/** Returns the values that were given, and the fallbacks of those that were not. */
export function withFallbacks<O extends Options>(options: O, given: Given<O>): OptionValues<O> {
  const values = Object.entries(options).map(([name, { fallback }]) => [
    name,
    given[name] ?? fallback,
  ]);
  // One value for each option: what was given, or its own fallback.
  return Object.fromEntries(values) as OptionValues<O>;
}

/** An option that is there or not. */
export function flag(description: string): Option<boolean> {
  return {
    placeholder: undefined,
    description,
    fallback: false,
    fallbackText: undefined,
    parse: () => true,
  };
}

/** An option that is any text. */
export function text(description: string, fallback: string): Option<string> {
  return { placeholder: "TEXT", description, fallback, fallbackText: fallback, parse: (it) => it };
}

/** An option that is any text, and undefined where it is not given. */
export function optionalText(
  description: string,
  placeholder: string,
): Option<string | undefined> {
  return {
    placeholder,
    description,
    fallback: undefined,
    fallbackText: undefined,
    parse: (it) => it,
  };
}

/** An option that may be given again and again, and is all that was given. */
export function list(description: string, placeholder: string): Option<readonly string[]> {
  return {
    placeholder,
    description,
    fallback: [],
    fallbackText: undefined,
    parse: (it) => [it],
    isList: true,
  };
}

/** An option that is the path of a file, and undefined where it is not given. */
export function file(description: string): Option<string | undefined> {
  return optionalText(description, "FILE");
}

/** An option that is the path of a folder. */
export function folder(description: string, fallback: string): Option<string> {
  return { ...text(description, fallback), placeholder: "DIR" };
}

/** Which words a {@linkcode choice} takes. */
export interface ChoiceOptions<Word extends string> {
  /** The words, in the order in which the help shows them. */
  readonly choices: readonly Word[];
  /** The one that holds where none is given. */
  readonly fallback: NoInfer<Word>;
}

/** An option that is one of some words. */
export function choice<const Word extends string>(
  description: string,
  { choices, fallback }: ChoiceOptions<Word>,
): Option<Word> {
  return {
    placeholder: choices.join("|"),
    description,
    fallback,
    fallbackText: fallback,
    parse(it, name) {
      const chosen = choices.find((word) => word === it);
      if (chosen !== undefined) return chosen;
      throw new UsageError(
        `${name} takes one of ${choices.join(", ")}, not ${quoted(it)}${suggestion(it, choices)}`,
      );
    },
  };
}

/** An option that is the name or the address of a host, without a port; an IPv6 address may stand in brackets. */
export function host(description: string, fallback: string): Option<string> {
  return { ...text(description, fallback), placeholder: "HOST", parse: parseHost };
}

/** Which ports a {@linkcode port} takes. */
export interface PortOptions {
  /** The one that holds where none is given. */
  readonly fallback: number;
  /** The smallest: 0 stands for a free one where something listens. @default {1} */
  readonly min?: 0 | 1;
}

/** An option that is a port. */
export function port(description: string, { fallback, min = 1 }: PortOptions): Option<number> {
  return {
    placeholder: "PORT",
    description,
    fallback,
    fallbackText: String(fallback),
    parse: (it, name) => parseWhole(it, { name, min, max: 65_535 }),
  };
}

/** An option that is addresses and CIDR blocks, with commas between them, and may be given again and again. */
export function addresses(description: string): Option<readonly string[]> {
  return {
    placeholder: "CIDR,...",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(it, name) {
      const blocks = it.split(",").map((block) => block.trim());
      try {
        new AddressList(blocks);
        return blocks;
      } catch (cause) {
        throw new UsageError(`${name}: ${messageOf(cause)}`, { cause });
      }
    },
  };
}

/** An option that counts something, from 1. Without a fallback there is no bound. */
export function count(description: string, fallback = Infinity): Option<number> {
  return {
    placeholder: "N",
    description,
    fallback,
    fallbackText: fallback === Infinity ? undefined : String(fallback),
    parse: (it, name) => parseWhole(it, { name, min: 1, max: Number.MAX_SAFE_INTEGER }),
  };
}

/** An option that counts something, from 0, which is none. */
export function countFrom0(description: string, fallback: number): Option<number> {
  return {
    ...count(description, fallback),
    parse: (it, name) => parseWhole(it, { name, min: 0, max: Number.MAX_SAFE_INTEGER }),
  };
}

/** An option that is a number of bytes, from 1. */
export function size(description: string, fallback: number): Option<number> {
  return {
    placeholder: "SIZE",
    description,
    fallback,
    fallbackText: formatSize(fallback),
    parse: parseSizeFrom1,
  };
}

/** An option that is a number of bytes, from 1, and undefined where it is not given. */
export function optionalSize(description: string): Option<number | undefined> {
  return {
    placeholder: "SIZE",
    description,
    fallback: undefined,
    fallbackText: undefined,
    parse: parseSizeFrom1,
  };
}

function parseSizeFrom1(text: string, name: string): number {
  const bytes = parseSize(text, name);
  if (bytes >= 1) return bytes;
  throw new UsageError(`${name} takes a size from 1 byte, not ${quoted(text)}`);
}

/** An option that is a rate from 1 byte a second, and undefined where it is not given. */
export function rate(description: string): Option<number | undefined> {
  return {
    placeholder: "RATE",
    description,
    fallback: undefined,
    fallbackText: undefined,
    parse(it, name) {
      const bytesPerSecond = parseRate(it, name);
      if (bytesPerSecond >= 1) return bytesPerSecond;
      throw new UsageError(`${name} takes a rate from 1 byte a second, not ${quoted(it)}`);
    },
  };
}

/** How a {@linkcode duration} is read. */
export interface DurationOptions {
  /** What holds where none is given, in milliseconds. */
  readonly fallback: number;
  /** A bare number is refused, because seconds are not what most people would mean by it. @default {false} */
  readonly needsUnit?: boolean;
  /** No time at all is one too. @default {false} */
  readonly from0?: boolean;
}

/**
 * An option that is a time over 0, or `from0`, in milliseconds; a bare number is seconds, or refused where it `needsUnit`.
 */
export function duration(
  description: string,
  { fallback, needsUnit = false, from0 = false }: DurationOptions,
): Option<number> {
  return {
    placeholder: "TIME",
    description,
    fallback,
    fallbackText: formatDuration(fallback),
    parse(it, name) {
      const ms = parseDuration(it, { flag: name, needsUnit });
      if (ms > 0 || from0) return ms;
      throw new UsageError(`${name} takes a time over 0, not ${quoted(it)}`);
    },
  };
}

/** Returns the flag that an option's name is typed as: without its unit, which is typed with the value. */
export function flagOf(name: string): string {
  const bare = name.replace(/(?<=.)(?:Ms|Bytes|BytesPerSecond)$/, "");
  return `--${bare.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Returns how an option is typed, as the help shows it: `-p, --port PORT`. */
export function typedAs(name: string, { letter, placeholder }: Option<unknown>): string {
  const short = letter === undefined ? "" : `-${letter}, `;
  return `${short}${flagOf(name)}${placeholder === undefined ? "" : ` ${placeholder}`}`;
}

/** Returns a near miss of one of `known` with a question, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const closest = closestString(word, known);
  const bare = word.replace(/^-+/, "");
  const longer = Math.max(bare.length, closest.replace(/^-+/, "").length);
  const near = bare.length > 1 && 2 * commonLetters(word, closest) > longer;
  return near ? `; did you mean ${closest}?` : "";
}

function commonLetters(word: string, other: string): number {
  const left = [...other.replace(/^-+/, "")];
  let common = 0;
  for (const letter of word.replace(/^-+/, "")) {
    const at = left.indexOf(letter);
    if (at < 0) continue;
    left.splice(at, 1);
    common++;
  }
  return common;
}

/** Returns the values of these options alone, out of the values of more. */
export function pick<O extends Options>(
  values: Readonly<Record<string, unknown>>,
  options: O,
): OptionValues<O> {
  const picked = Object.keys(options).map((name) => [name, values[name]]);
  // Each name got what its own option's parse or fallback is.
  return Object.fromEntries(picked) as OptionValues<O>;
}
