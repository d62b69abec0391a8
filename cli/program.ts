import { parseOptions, wantsJson } from "./command_line.ts";
import type { Program, ProgramDeclaration, ProgramRun } from "./declaration.ts";
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from "./exit_codes.ts";
import { tellFailure } from "./failure.ts";
import { finishOutput } from "./finish.ts";
import { helpOf, usageOf } from "./help.ts";
import { type Io, systemIo } from "./io.ts";
import type { Options } from "./options.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/**
 * Makes a program of its declaration and its body, which returns the exit code. What the body throws is said in one line
 * on stderr, and with `--json` in a record on stdout as well.
 */
export function defineProgram<const O extends Options>(
  declaration: ProgramDeclaration<O>,
  body: (run: ProgramRun<O>) => Promise<number>,
): Program {
  const { name } = declaration;
  async function main(args: readonly string[], io: Io = systemIo): Promise<number> {
    let code: number = EXIT_DONE;
    // Who runs a server wants it to serve, whatever becomes of its lines.
    let isWork = true;
    try {
      const parsed = parseOptions(args, declaration.options);
      const { values, given, operands, help, version } = parsed;
      if (help) io.stdout(helpOf(declaration, io.columns));
      else if (version) io.stdout(`${name} ${VERSION}\n`);
      else {
        if (operands.length > 0 && declaration.operands === undefined) {
          throw new UsageError(`Unexpected argument ${JSON.stringify(operands[0])}`);
        }
        isWork = declaration.kind === "client";
        code = await body({ values, given, operands, io });
      }
    } catch (error) {
      tellFailure(error, { name, io, json: "json" in declaration.options && wantsJson(args) });
      const isUsage = error instanceof UsageError;
      if (isUsage) io.stderr(`\n${usageOf(declaration, io.columns)}  --help prints the options\n`);
      code = isUsage ? EXIT_USAGE : EXIT_FAILED;
    }
    return await finishOutput(code, { io, name, isWork });
  }
  return { ...declaration, main };
}
