import type { Io } from "./io.ts";
import type { Options, OptionValues } from "./options.ts";

/** Everything that a program says about itself. */
export interface ProgramDeclaration<O extends Options = Options> {
  /** The name of the pair that it belongs to. */
  readonly name: string;
  /** Which half of the pair it is. */
  readonly kind: "server" | "client";
  /** What it does, as a sentence without a subject. */
  readonly summary: string;
  /** What stands beside the options, for the usage line. */
  readonly operands?: string;
  /** Where it listens or connects unless told otherwise. */
  readonly defaultPort: number;
  /** What it speaks over. @default {"tcp"} */
  readonly transport?: "tcp" | "udp";
  /** Deno's flags for what it does beside the network: `--allow-read=inbox`. @default none */
  readonly permissions?: readonly string[];
  /** Its options. */
  readonly options: O;
  /** Returns how to try it from a second terminal; it is given the command that starts it. */
  readonly tryIt: (command: string) => string;
}

/** A program: its declaration, and how to run it. */
export interface Program extends ProgramDeclaration {
  /** Runs it with a command line, and returns the exit code. */
  readonly main: (args: readonly string[], io?: Io) => Promise<number>;
}

/** What a program's body gets. */
export interface ProgramRun<O extends Options> {
  /** What was given for its options. */
  readonly values: OptionValues<O>;
  /** The names of those that were typed. */
  readonly given: ReadonlySet<string>;
  /** What stands beside the options. */
  readonly operands: readonly string[];
  /** What it reads and writes. */
  readonly io: Io;
}
