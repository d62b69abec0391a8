import type { BenchOptions } from "./echo.ts";
import { isBuilt } from "./built.ts";
import { type Bar, type Figure, ratioBar } from "./figures.ts";
import { answerBytes, BODY } from "./http/answers.ts";
import { answersPerSecond, requireWrk } from "./http/wrk.ts";
import { denoCommand, nodeCommand, ServerProcess } from "./processes.ts";

const OURS = "Parley serveHttp";
const NODE = "node:http";
const DENO = "Deno.serve";
const CONNECTIONS = 64;
/** How long a server is loaded before it is measured: its code is compiled meanwhile. */
const WARM_UP_MS = 1_000;

/** Measures HTTP beside Node's server and Deno's: the same small answer. Each round runs all contenders one after the other. */
export async function benchHttp(options: BenchOptions): Promise<Figure[]> {
  await requireWrk();
  return [
    await answers(options, { pipelined: 1, toNode: 2, toDeno: 0.85 }),
    await answers(options, { pipelined: 16, toNode: 6, toDeno: 2 }),
  ];
}

async function answers(
  { rounds, ms }: BenchOptions,
  { pipelined, toNode, toDeno }: { pipelined: number; toNode: number; toDeno: number },
): Promise<Figure> {
  const servers = await contenders();
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = await ServerProcess.start(command);
      const bytes = await answerBytes(server.port, { pipelined });
      const load = { connections: CONNECTIONS, pipelined, answerBytes: bytes };
      await answersPerSecond(server.port, { ...load, ms: WARM_UP_MS });
      (runs[name] ??= []).push(await answersPerSecond(server.port, { ...load, ms }));
    }
  }
  const bars: Bar[] = [
    ratioBar(runs, { of: OURS, to: NODE, atLeast: toNode }),
    ratioBar(runs, { of: OURS, to: DENO, atLeast: toDeno }),
  ];
  const how = pipelined === 1 ? "one request at a time" : `${pipelined} requests pipelined`;
  return {
    name: `HTTP, an answer of ${BODY.length} bytes, ${CONNECTIONS} connections, ${how}`,
    unit: "answers/s",
    runs,
    bars,
  };
}

/** Returns the servers by their names; ours on Node is left out where the npm package is not built. */
async function contenders(): Promise<Record<string, readonly string[]>> {
  return {
    [NODE]: nodeCommand("http/node_http.mjs", BODY),
    [DENO]: denoCommand("http/deno_serve.ts", BODY),
    [OURS]: denoCommand("http/parley.mjs", BODY),
    ...await isBuilt("net/http/mod.js") &&
      { "Parley on Node": nodeCommand("http/parley.mjs", BODY) },
  };
}
