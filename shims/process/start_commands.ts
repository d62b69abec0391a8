import { parleyCommandOf } from "../../cli/commands.ts";
import type { ProgramDeclaration } from "../../cli/declaration.ts";

/** Returns the command that starts a program where the package is installed. */
export function startCommandsOf(program: ProgramDeclaration): readonly [string, ...string[]] {
  return [`npx ${parleyCommandOf(program)}`];
}

/** The command that starts the tour. */
export const TOUR_COMMAND = "npx parley tour";
