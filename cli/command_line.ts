import { parseArgs } from "@std/cli/parse-args";
import { flagOf, type Options, type OptionValues, suggestion } from "./options.ts";
import { UsageError } from "./usage_error.ts";

/** What a command line says. */
export interface Parsed<O extends Options> {
  readonly values: OptionValues<O>;
  /** The names of the options that were typed. */
  readonly given: ReadonlySet<string>;
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
  const keys = names.map((name) => keyOf(flagOf(name)));
  const flags = [...keys.filter((_, at) => isFlag(names[at]!)), "help", "version"];
  const unknownOption = (typed: string): never => {
    throw new UsageError(`Unknown option ${typed}${suggestion(typed, known)}`);
  };
  const letters = lettersOf(options);
  const parsed = parseArgs(unambiguous(args, { flags, letters, unknownOption }), {
    boolean: flags,
    string: [...keys.filter((_, at) => !isFlag(names[at]!)), "_"],
    collect: keys.filter((_, at) => options[names[at]!]!.isList),
    "--": true,
    unknown(arg, key) {
      return key === undefined || unknownOption(arg.split("=")[0]!);
    },
  });
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  for (const [at, name] of names.entries()) {
    const option = options[name]!;
    const typed = parsed[keys[at]!];
    if (Array.isArray(typed)) {
      if (typed.length > 0) given.add(name);
      if (typed.includes("")) throw new UsageError(`${flagOf(name)} needs a value`);
      values[name] = typed.flatMap((it) => option.parse(String(it), flagOf(name)));
      continue;
    }
    if (isFlag(name) ? typed === true : typed !== undefined) given.add(name);
    if (given.has(name) && typed === "") throw new UsageError(`${flagOf(name)} needs a value`);
    values[name] = given.has(name) ? option.parse(String(typed), flagOf(name)) : option.fallback;
  }
  const behind = Array.isArray(parsed["--"]) ? parsed["--"].map(String) : [];
  return {
    // Each name got what its own option's parse or fallback is.
    values: values as OptionValues<O>,
    given,
    operands: [...parsed._.map(String), ...behind],
    help: parsed.help === true,
    version: parsed.version === true,
  };
}

/** Says whether a machine reads what comes of a command line, which may be wrong. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes("--json");
}

/** What a flag is kept under whose name begins with `no-`: parseArgs would take it for the opposite of another one. */
const BARE = "bare-";

/** Returns what parseArgs keeps a flag's value under. */
function keyOf(flag: string): string {
  const key = flag.slice(2);
  return key.startsWith("no-") ? `${BARE}${key}` : key;
}

/** Returns what each letter is typed instead of. */
function lettersOf(options: Options): ReadonlyMap<string, string> {
  const letters = new Map([["h", "--help"], ["v", "--version"], ["V", "--version"]]);
  for (const [name, { letter }] of Object.entries(options)) {
    if (letter !== undefined) letters.set(letter, flagOf(name));
  }
  return letters;
}

/** Returns the arguments so that parseArgs can only read them in one way. */
function unambiguous(
  args: readonly string[],
  { flags, letters, unknownOption }: {
    flags: readonly string[];
    letters: ReadonlyMap<string, string>;
    unknownOption: (typed: string) => never;
  },
): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const options = args.slice(0, end).map((short) => {
    const arg = spelledOut(short, letters);
    const [typed = "", value] = arg.split("=", 2);
    // parseArgs keeps the operands under `_`, where an option of that name would write too.
    if (/^-[^-]*_|^--_$/.test(typed) || typed.startsWith(`--${BARE}`)) unknownOption(typed);
    const key = keyOf(typed);
    if (!typed.startsWith("--") || !flags.includes(key)) return arg;
    if (value !== undefined) throw new UsageError(`${typed} takes no value`);
    // Behind a bare flag parseArgs would take an operand `true` or `false` for its value.
    return `--${key}=true`;
  });
  return [...options, ...args.slice(end)];
}

/** Returns an option that is typed as a letter with its own name: `-p`, `-p5` and `-p=5` are `--port`. */
function spelledOut(arg: string, letters: ReadonlyMap<string, string>): string {
  const [, letter = "", value = ""] = /^-([a-zA-Z])(=.*|\d.*)?$/s.exec(arg) ?? [];
  const flag = letters.get(letter);
  if (flag === undefined) return arg;
  return value === "" || value.startsWith("=") ? `${flag}${value}` : `${flag}=${value}`;
}
