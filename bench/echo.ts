import type { Figure } from "./figures.ts";
import { denoCommand, run, type ServerCommand, ServerProcess } from "./processes.ts";

/** Bytes of a line that is echoed. */
export const LINE_BYTES = 20;
/** Bytes of a line that goes to everybody, with its end. */
export const FAN_OUT_BYTES = 64;
/** Who gets it. */
export const SUBSCRIBERS = 1_000;

/** How long and how often to measure. */
export interface BenchOptions {
  /** Rounds; each one runs all contenders one after the other. */
  readonly rounds: number;
  /** How long each contender is loaded, in milliseconds. */
  readonly ms: number;
}

/** What the servers are loaded with. */
export interface EchoLoad {
  readonly connections: number;
  /** Messages that one connection has under way at once. */
  readonly inFlight: number;
  /** Bytes of a message. */
  readonly bytes: number;
  /** @default {"lines"} */
  readonly framing?: "lines" | "length-prefixed";
}

/** The servers by their names. */
export type Contenders = Readonly<Record<string, readonly string[] | ServerCommand>>;

/** Returns a load in words. */
export function loadName({ connections, inFlight, bytes }: EchoLoad): string {
  return `${connections} connections, ${bytes} bytes, ${inFlight} in flight`;
}

/** Returns how many messages a second each server sends back. */
export function echoRuns(
  servers: Contenders,
  { rounds, ms }: BenchOptions,
  { connections, inFlight, bytes, framing = "lines" }: EchoLoad,
): Promise<Figure["runs"]> {
  const load = [connections, inFlight, bytes, ms, framing].map(String);
  return loadRuns(servers, { rounds, load: ["kernel/load.ts", ...load] });
}

/** Returns how many lines a second each server delivers, where each line goes to everybody. */
export function fanOutRuns(
  servers: Contenders,
  { rounds, ms }: BenchOptions,
  { inFlight }: { inFlight: number },
): Promise<Figure["runs"]> {
  const load = [SUBSCRIBERS, inFlight, FAN_OUT_BYTES, ms].map(String);
  return loadRuns(servers, { rounds, load: ["kernel/fan_out_load.ts", ...load] });
}

/** Returns what a load printed of each server; its file is called with the port before its arguments. */
export async function loadRuns(
  servers: Contenders,
  { rounds, load: [file = "", ...args] }: { rounds: number; load: readonly string[] },
): Promise<Figure["runs"]> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = "command" in command
        ? await ServerProcess.start(command.command, command.printed)
        : await ServerProcess.start(command);
      const printed = await run(denoCommand(file, String(server.port), ...args));
      (runs[name] ??= []).push(Number(printed));
    }
  }
  return runs;
}
