import { messageOf } from "../net/errors.ts";
import { helpOf, usageOf } from "./help.ts";
import { type Io, systemIo } from "./io.ts";
import { type Options, type OptionValues, parseOptions } from "./options.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/** It did what it was asked to do. */
export const EXIT_DONE = 0;
/** It failed; one line on stderr says why. */
export const EXIT_FAILED = 1;
/** The command line is wrong; the usage is on stderr. */
export const EXIT_USAGE = 2;
/** It was interrupted. */
export const EXIT_INTERRUPTED = 130;

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
  /** What stands beside the options. */
  readonly operands: readonly string[];
  /** What it reads and writes. */
  readonly io: Io;
}

/** Makes a program of its declaration and its body, which returns the exit code. */
export function defineProgram<const O extends Options>(
  declaration: ProgramDeclaration<O>,
  body: (run: ProgramRun<O>) => Promise<number>,
): Program {
  const { name } = declaration;
  async function main(args: readonly string[], io: Io = systemIo): Promise<number> {
    try {
      const { values, operands, help, version } = parseOptions(args, declaration.options);
      if (help) io.stdout(helpOf(declaration));
      else if (version) io.stdout(`${name} ${VERSION}\n`);
      else {
        if (operands.length > 0 && declaration.operands === undefined) {
          throw new UsageError(`Unexpected argument ${JSON.stringify(operands[0])}`);
        }
        return await body({ values, operands, io });
      }
      return EXIT_DONE;
    } catch (error) {
      if (!(error instanceof UsageError)) {
        io.stderr(`${name}: ${messageOf(error)}\n`);
        return EXIT_FAILED;
      }
      io.stderr(`${name}: ${messageOf(error)}\n\n${usageOf(declaration)}`);
      io.stderr("  --help prints the options\n");
      return EXIT_USAGE;
    }
  }
  return { ...declaration, main };
}
