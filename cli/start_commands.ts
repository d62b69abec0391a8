import { commandOf, parleyCommandOf } from "./commands.ts";
import type { ProgramDeclaration } from "./declaration.ts";

/** Returns the commands that start a program here, the one with the narrowest permissions first. */
export function startCommandsOf(program: ProgramDeclaration): readonly [string, ...string[]] {
  return [commandOf(program), parleyCommandOf(program)];
}

/** The command that starts the tour. */
export const TOUR_COMMAND = "deno task tour";
