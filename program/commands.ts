import type { ProgramDeclaration } from "./program.ts";

/** Returns the command that runs a program with the narrowest permissions. */
export function commandOf(program: ProgramDeclaration): string {
  const folder = program.kind === "server" ? "servers" : "clients";
  return `deno run --allow-net=127.0.0.1:${program.defaultPort} ${folder}/${program.name}.ts`;
}

/** Returns how a program is called through `parley`. */
export function parleyCommandOf({ kind, name }: ProgramDeclaration): string {
  return kind === "server" ? `parley serve ${name}` : `parley ${name}`;
}
