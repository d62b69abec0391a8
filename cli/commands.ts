import type { ProgramDeclaration } from "./declaration.ts";

/** Returns the command that runs a program with the narrowest permissions. */
export function commandOf(program: ProgramDeclaration): string {
  const { kind, name, defaultPort, transport, permissions = [] } = program;
  const folder = kind === "server" ? "servers" : "clients";
  // Deno asks for the address of each peer that a datagram goes to, and peers have any port.
  const place = transport === "udp" ? "127.0.0.1" : `127.0.0.1:${defaultPort}`;
  const allowed = [`--allow-net=${place}`, ...permissions];
  return `deno run ${allowed.join(" ")} ${folder}/${name}.ts`;
}

/** Returns where a program listens or connects unless told otherwise, as tables show it. */
export function addressTextOf({ defaultPort, transport }: ProgramDeclaration): string {
  return `127.0.0.1:${defaultPort}${transport === "udp" ? " (UDP)" : ""}`;
}

/** Returns how a program is called through `parley`. */
export function parleyCommandOf({ kind, name }: ProgramDeclaration): string {
  return kind === "server" ? `parley serve ${name}` : `parley ${name}`;
}
