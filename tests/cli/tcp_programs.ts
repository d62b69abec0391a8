import { programs } from "../../cli.ts";
import type { Program } from "../../cli/declaration.ts";

/** Returns the programs of a kind that speak over TCP: they have connections, TLS and Unix sockets, and much in common. */
export function tcpPrograms(kind: Program["kind"]): readonly Program[] {
  return programs.filter((program) => program.kind === kind && program.transport !== "udp");
}
