import type { ProgramDeclaration } from "./declaration.ts";

/** Returns the command that runs a program with the narrowest permissions. */
export function commandOf(program: ProgramDeclaration): string {
  const { kind, name, defaultPort, permissions = [] } = program;
  const folder = kind === "server" ? "servers" : "clients";
  const allowed = [`--allow-net=127.0.0.1:${defaultPort}`, ...permissions];
  return `deno run ${allowed.join(" ")} ${folder}/${name}.ts`;
}

/** Returns how a program is called through `parley`. */
export function parleyCommandOf({ kind, name }: ProgramDeclaration): string {
  return kind === "server" ? `parley serve ${name}` : `parley ${name}`;
}
