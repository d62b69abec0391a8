import type { Contenders } from "../echo.ts";
import type { Figure } from "../figures.ts";
import { denoCommand, run, ServerProcess } from "../processes.ts";

/** From this part of the time on, a load that is at work itself may be what is measured. */
const BUSY = 0.85;

/** Rounds, each of which runs all contenders one after the other, and the file and arguments of a load. */
export interface PushLoad {
  readonly rounds: number;
  /** Its file is called with the server's port before its arguments. */
  readonly load: readonly string[];
}

/** Returns what a load measured of each server; says so where the load had hardly to wait for one. */
export async function pushRuns(
  servers: Contenders,
  { rounds, load: [file = "", ...args] }: PushLoad,
): Promise<Figure["runs"]> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = await start(command);
      // The loads print this shape.
      const { value, busy } = JSON.parse(
        await run(denoCommand(file, String(server.port), ...args)),
      ) as { value: number; busy: number };
      (runs[name] ??= []).push(value);
      if (busy < BUSY) continue;
      const percent = Math.round(busy * 100);
      console.error(`bench: the load of ${name} was at work itself for ${percent}% of the time`);
    }
  }
  return runs;
}

/** What was measured with somebody who reads nothing among the others, and without. */
export interface StalledRuns {
  /** The most memory that the server held, in MiB. */
  readonly memory: Figure["runs"];
  /** The mean of the times until the others had what was sent at once, in milliseconds. */
  readonly mean: Figure["runs"];
  /** What all but the slowest 1% of these times were below. */
  readonly slow: Figure["runs"];
}

/** Runs the load with and without somebody who is stalled; it is called with the server's port and process before its arguments. */
export async function stalledRuns(
  command: readonly string[],
  { rounds, load: [file = "", ...args] }: PushLoad,
): Promise<StalledRuns> {
  const runs = { memory: names(), mean: names(), slow: names() };
  for (let round = 0; round < rounds; round++) {
    for (const [name, how] of Object.entries(HOW)) {
      await using server = await ServerProcess.start(command);
      const place = [server.port, server.pid].map(String);
      // The load prints this shape.
      const { mostMiB, meanMs, slowMs } = JSON.parse(
        await run(denoCommand(file, ...place, ...args, how)),
      ) as { mostMiB: number; meanMs: number; slowMs: number };
      runs.memory[name]?.push(mostMiB);
      runs.mean[name]?.push(meanMs);
      runs.slow[name]?.push(slowMs);
    }
  }
  return runs;
}

/** The name of a run where all read. */
export const ALL_READ = "all read";
/** The name of a run where one does not. */
export const ONE_STALLED = "one stalled";

const HOW = { [ALL_READ]: "reading", [ONE_STALLED]: "stalled" };

function names(): Record<string, number[]> {
  return { [ALL_READ]: [], [ONE_STALLED]: [] };
}

function start(command: Contenders[string]): Promise<ServerProcess> {
  return "command" in command
    ? ServerProcess.start(command.command, command.printed)
    : ServerProcess.start(command);
}
