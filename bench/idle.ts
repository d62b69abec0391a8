import type { Figure } from "./figures.ts";
import { denoCommand, ServerProcess } from "./processes.ts";

/** Connections that say nothing. */
export const IDLE_CONNECTIONS = 5_000;

/** What the servers hold. */
export interface IdleLoad {
  /** Rounds; each one runs all contenders one after the other. */
  readonly rounds: number;
  /** @default {IDLE_CONNECTIONS} */
  readonly connections?: number;
  /** The file that opens them. @default {"kernel/idle_load.ts"} */
  readonly load?: string;
}

/** Returns what each server holds for an idle connection, in kB, above what it holds without any. */
export async function idleRuns(
  servers: Readonly<Record<string, readonly string[]>>,
  { rounds, connections = IDLE_CONNECTIONS, load = "kernel/idle_load.ts" }: IdleLoad,
): Promise<Figure["runs"]> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = await ServerProcess.start(command);
      // A process goes on growing for a moment after it is ready.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const empty = await server.residentBytes();
      await using _load = await holdIdle(denoCommand(load, `${server.port}`, `${connections}`));
      const kB = (await server.residentBytes() - empty) / connections / 1000;
      (runs[name] ??= []).push(kB);
    }
  }
  return runs;
}

async function holdIdle([program = "", ...args]: readonly string[]): Promise<AsyncDisposable> {
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  // The last connections are being accepted while the load says that it is done.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.stdout.cancel();
      await child.status;
    },
  };
}
