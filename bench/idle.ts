import type { Figure } from "./figures.ts";
import { denoCommand, ServerProcess } from "./processes.ts";

/** Connections that say nothing. */
export const IDLE_CONNECTIONS = 5_000;

/** Returns what each server holds for an idle connection, in kB, above what it holds without any. */
export async function idleRuns(
  servers: Readonly<Record<string, readonly string[]>>,
  { rounds }: { rounds: number },
): Promise<Figure["runs"]> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = await ServerProcess.start(command);
      // A process goes on growing for a moment after it is ready.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const empty = await server.residentBytes();
      await using _load = await holdIdle(server.port);
      const kB = (await server.residentBytes() - empty) / IDLE_CONNECTIONS / 1000;
      (runs[name] ??= []).push(kB);
    }
  }
  return runs;
}

async function holdIdle(port: number): Promise<AsyncDisposable> {
  const [program = "", ...args] = denoCommand(
    "kernel/idle_load.ts",
    String(port),
    String(IDLE_CONNECTIONS),
  );
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
