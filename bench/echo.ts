import type { Figure } from "./figures.ts";
import { denoCommand, run, ServerProcess } from "./processes.ts";

/** Connections that talk at once. */
export const CONNECTIONS = 64;
/** Bytes of a message. */
export const MESSAGE_BYTES = 20;

/** How long and how often to measure. */
export interface BenchOptions {
  /** Rounds; each one runs all contenders one after the other. */
  readonly rounds: number;
  /** How long each contender is loaded, in milliseconds. */
  readonly ms: number;
}

/** Returns how many messages a second each server sends back. */
export async function echoRuns(
  servers: Readonly<Record<string, readonly string[]>>,
  { rounds, ms, inFlight }: BenchOptions & { inFlight: number },
): Promise<Figure["runs"]> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = await ServerProcess.start(command);
      const load = [server.port, CONNECTIONS, inFlight, MESSAGE_BYTES, ms].map(String);
      (runs[name] ??= []).push(Number(await run(denoCommand("kernel/load.ts", ...load))));
    }
  }
  return runs;
}
