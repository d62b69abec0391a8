import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
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

/** An option that is a port. */
export function port(description: string, fallback: number): Option<number> {
  return {
    placeholder: "PORT",
    description,
    fallback,
    fallbackText: String(fallback),
    parse: (it, name) => parseWhole(it, { name, min: 0, max: 65_535 }),
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

/** An option that is a number of bytes, from 1. */
export function size(description: string, fallback: number): Option<number> {
  return {
    placeholder: "SIZE",
    description,
    fallback,
    fallbackText: formatSize(fallback),
    parse(it, name) {
      const bytes = parseSize(it, name);
      if (bytes >= 1) return bytes;
      throw new UsageError(`${name} takes a size from 1 byte, not ${quoted(it)}`);
    },
  };
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
  /** What a number without a unit counts. @default {"s"} */
  readonly bare?: "s" | "ms";
}

/** An option that is a time over 0, in milliseconds; a bare number is seconds unless `bare` says otherwise. */
export function duration(
  description: string,
  { fallback, bare = "s" }: DurationOptions,
): Option<number> {
  return {
    placeholder: "TIME",
    description,
    fallback,
    fallbackText: formatDuration(fallback),
    parse(it, name) {
      const ms = parseDuration(it, { flag: name, bare });
      if (ms > 0) return ms;
      throw new UsageError(`${name} takes a time over 0, not ${quoted(it)}`);
    },
  };
}

function parseWhole(
  it: string,
  { name, min, max }: { name: string; min: number; max: number },
): number {
  const value = /^\d+$/.test(it) ? Number(it) : NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`${name} takes a whole number ${range}, not ${quoted(it)}`);
}

/** Returns the flag that an option's name is typed as: without its unit, which is typed with the value. */
export function flagOf(name: string): string {
  const bare = name.replace(/(?<=.)(?:Ms|Bytes|BytesPerSecond)$/, "");
  return `--${bare.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
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

/** What a command line says. */
export interface Parsed<O extends Options> {
  readonly values: OptionValues<O>;
  /** What stands beside the options, in order. */
  readonly operands: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
}

/** Reads a command line by its declaration. @throws {UsageError} It does not fit. */
export function parseOptions<O extends Options>(
  args: readonly string[],
  options: O,
): Parsed<O> {
  const names = Object.keys(options);
  const isFlag = (name: string) => options[name]?.placeholder === undefined;
  const known = [...names.map(flagOf), "--help", "--version"];
  const keys = names.map((name) => flagOf(name).slice(2));
  const flags = [...keys.filter((_, at) => isFlag(names[at]!)), "help", "version"];
  const unknownOption = (typed: string): never => {
    throw new UsageError(`Unknown option ${typed}${suggestion(typed, known)}`);
  };
  const parsed = parseArgs(unambiguous(args, { flags, unknownOption }), {
    boolean: flags,
    string: [...keys.filter((_, at) => !isFlag(names[at]!)), "_"],
    collect: keys.filter((_, at) => options[names[at]!]?.isList),
    "--": true,
    unknown(arg, key) {
      return key === undefined || unknownOption(arg.split("=")[0]!);
    },
  });
  const values: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const option = options[name]!;
    const typed = parsed[keys[at]!];
    if (Array.isArray(typed)) {
      if (typed.includes("")) throw new UsageError(`${flagOf(name)} needs a value`);
      values[name] = typed.flatMap((it) => option.parse(String(it), flagOf(name)));
      continue;
    }
    const given = isFlag(name) ? typed === true : typed !== undefined;
    if (given && typed === "") throw new UsageError(`${flagOf(name)} needs a value`);
    values[name] = given ? option.parse(String(typed), flagOf(name)) : option.fallback;
  }
  const behind = Array.isArray(parsed["--"]) ? parsed["--"].map(String) : [];
  return {
    // Each name got what its own option's parse or fallback is.
    values: values as OptionValues<O>,
    operands: [...parsed._.map(String), ...behind],
    help: parsed.help === true,
    version: parsed.version === true,
  };
}

/** Returns the arguments so that parseArgs can only read them in one way. */
function unambiguous(
  args: readonly string[],
  { flags, unknownOption }: {
    flags: readonly string[];
    unknownOption: (typed: string) => never;
  },
): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const options = args.slice(0, end).map((arg) => {
    if (arg === "-h") return "--help=true";
    const [typed = "", value] = arg.split("=", 2);
    // parseArgs keeps the operands under `_`, where an option of that name would write too.
    if (/^-[^-]*_|^--_$/.test(typed)) unknownOption(typed);
    if (!typed.startsWith("--") || !flags.includes(typed.slice(2))) return arg;
    if (value !== undefined) throw new UsageError(`${typed} takes no value`);
    // Behind a bare flag parseArgs would take an operand `true` or `false` for its value.
    return `${typed}=true`;
  });
  return [...options, ...args.slice(end)];
}
