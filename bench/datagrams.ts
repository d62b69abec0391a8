import { isBuilt } from "./built.ts";
import type { BenchOptions } from "./echo.ts";
import { atMost, type Figure, ratioBar } from "./figures.ts";
import { denoCommand, nodeCommand, run, ServerProcess } from "./processes.ts";

const BARE = "bare loop";
const OWN_BUFFER = "loop, own buffer";
const OURS = "Parley sessions";
const NODE = "bare node:dgram";
const BY_CALLBACK = "Parley on Node";
const BY_RECEIVE = "Parley on Node, receive()";

const ON_DENO = {
  [BARE]: denoCommand("datagrams/echo.ts", "bare"),
  [OWN_BUFFER]: denoCommand("datagrams/echo.ts", "own-buffer"),
  [OURS]: denoCommand("datagrams/echo.ts", "parley"),
};
const ON_NODE = {
  [NODE]: nodeCommand("datagrams/bare.mjs"),
  [BY_CALLBACK]: nodeCommand("datagrams/parley.mjs"),
  [BY_RECEIVE]: nodeCommand("datagrams/parley.mjs", "receive"),
};

/** Bytes of a datagram. */
const BYTES = 20;
/** Peers that say one thing, once. */
const IDLE_SESSIONS = 10_000;

/** Measures datagrams that are sent back, beside loops without sessions, and what a session holds that is idle. */
export async function benchDatagrams(options: BenchOptions): Promise<Figure[]> {
  const lively = await echoRuns(ON_DENO, { ...options, peers: 64, inFlight: 2 });
  const quiet = await echoRuns(ON_DENO, { ...options, peers: 1, inFlight: 1 });
  const crowded = await echoRuns(ON_DENO, { ...options, peers: 64, inFlight: 16 });
  const figures = [
    ...figuresOf(lively, "64 peers, 2 in flight", [
      ratioBar(lively.rate, { of: OURS, to: BARE, atLeast: 1.7 }),
      ratioBar(lively.rate, { of: OURS, to: OWN_BUFFER, atLeast: 0.95 }),
    ]),
    ...figuresOf(quiet, "1 peer, 1 in flight", [
      ratioBar(quiet.rate, { of: OURS, to: OWN_BUFFER, atLeast: 0.85 }),
    ]),
    {
      name: `datagrams of ${BYTES} bytes that are lost, 64 peers, 16 in flight`,
      unit: "of all",
      runs: crowded.lost,
      bars: [],
    },
    await idle(options),
  ];
  if (!await isBuilt("net/datagrams/mod.js")) return figures;
  const onNode = await echoRuns(ON_NODE, { ...options, peers: 64, inFlight: 2 });
  return [
    ...figures,
    ...figuresOf(onNode, "on Node, 64 peers, 2 in flight", [
      ratioBar(onNode.rate, { of: BY_CALLBACK, to: NODE, atLeast: 0.8 }),
      ratioBar(onNode.rate, { of: BY_RECEIVE, to: NODE, atLeast: 0.75 }),
    ]),
  ];
}

/** What a load printed of each server. */
interface EchoRuns {
  /** Answers a second. */
  readonly rate: Figure["runs"];
  /** What the server's process uses for each, in microseconds. */
  readonly cpu: Figure["runs"];
  /** Which part had no answer. */
  readonly lost: Figure["runs"];
}

async function echoRuns(
  servers: Readonly<Record<string, readonly string[]>>,
  { rounds, ms, peers, inFlight }: BenchOptions & { peers: number; inFlight: number },
): Promise<EchoRuns> {
  const runs = { rate: {}, cpu: {}, lost: {} } as Record<keyof EchoRuns, Record<string, number[]>>;
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(servers)) {
      await using server = await ServerProcess.start(command);
      const load = [server.port, server.pid, peers, inFlight, BYTES, ms].map(String);
      // The load prints this.
      const printed = JSON.parse(await run(nodeCommand("datagrams/load.mjs", ...load))) as Record<
        keyof EchoRuns,
        number
      >;
      for (const what of ["rate", "cpu", "lost"] as const) {
        (runs[what][name] ??= []).push(printed[what]);
      }
    }
  }
  return runs;
}

function figuresOf({ rate, cpu }: EchoRuns, load: string, bars: Figure["bars"]): Figure[] {
  const name = `datagrams of ${BYTES} bytes sent back, ${load}`;
  return [
    { name, unit: "datagrams/s", runs: rate, bars },
    { name: `${name}: CPU of the server`, unit: "µs each", runs: cpu, bars: [] },
  ];
}

/** Returns what a server holds for each session whose handler waits. */
async function idle({ rounds }: BenchOptions): Promise<Figure> {
  const [deno = "", verb = "", ...rest] = denoCommand("datagrams/idle.ts", String(IDLE_SESSIONS));
  const command = [deno, verb, "--v8-flags=--expose-gc", ...rest];
  const runs: Record<string, number[]> = { [OURS]: [] };
  for (let round = 0; round < rounds; round++) {
    runs[OURS]!.push(Number(await run(command)) / 1000);
  }
  return {
    name: `memory of ${IDLE_SESSIONS} idle sessions`,
    unit: "kB each",
    runs,
    bars: [atMost(runs, { of: OURS, bound: 2 })],
  };
}
