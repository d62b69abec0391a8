import { isBuilt } from "./built.ts";
import { type BenchOptions, type Contenders, type EchoLoad, loadName, loadRuns } from "./echo.ts";
import { atMost, type Bar, type Figure, ratioBar } from "./figures.ts";
import { idleRuns } from "./idle.ts";
import { denoCommand, nodeCommand } from "./processes.ts";
import { NpmPeers } from "./websocket/peers.ts";

const OURS = "Parley";
const OURS_ON_NODE = "Parley on Node";
const WS = "npm ws";
const BUN = "Bun.serve";
const DENO = "Deno.upgradeWebSocket";
const CONNECTIONS = 64;
const IDLE = 10_000;
const MAX_IDLE_KB = 14;

/** What is sent back and forth. */
interface Echo extends Omit<EchoLoad, "connections" | "framing"> {
  readonly what: "text" | "binary" | "json";
  /** How many times as fast as whom; on Node, where the package is built. */
  readonly bars: readonly { readonly of?: string; readonly to: string; readonly atLeast: number }[];
}

const ECHOES: readonly Echo[] = [
  {
    what: "text",
    bytes: 20,
    inFlight: 16,
    bars: [
      { to: WS, atLeast: 12 },
      { to: BUN, atLeast: 0.9 },
      { of: OURS_ON_NODE, to: WS, atLeast: 8 },
    ],
  },
  {
    what: "text",
    bytes: 20,
    inFlight: 1,
    bars: [{ to: DENO, atLeast: 1 }, { of: OURS_ON_NODE, to: WS, atLeast: 0.75 }],
  },
  {
    what: "binary",
    bytes: 16 * 1024,
    inFlight: 1,
    bars: [{ to: DENO, atLeast: 1.1 }],
  },
  {
    what: "binary",
    bytes: 1024 * 1024,
    inFlight: 1,
    bars: [{ to: WS, atLeast: 2 }, { to: BUN, atLeast: 0.9 }],
  },
  {
    what: "json",
    bytes: 1024,
    inFlight: 1,
    bars: [{ to: WS, atLeast: 1 }],
  },
];

const NAMES: Readonly<Record<Echo["what"], string>> = {
  text: "WebSocket echo of text",
  binary: "WebSocket echo of binary messages",
  json: "WebSocket echo of JSON, compressed both ways",
};

/** Measures WebSocket beside npm's ws, Deno's own and Bun's own. Each round runs all contenders one after the other. */
export async function benchWebSocket(options: BenchOptions): Promise<Figure[]> {
  await using peers = await NpmPeers.install();
  const figures: Figure[] = [];
  for (const one of ECHOES) figures.push(await echo(one, { peers, options }));
  figures.push(await idle(options));
  return figures;
}

async function echo(
  { what, bytes, inFlight, bars }: Echo,
  { peers, options: { rounds, ms } }: { peers: NpmPeers; options: BenchOptions },
): Promise<Figure> {
  const servers = await contenders(peers, { compress: what === "json" });
  const load = ["websocket/load.ts", ...[CONNECTIONS, inFlight, bytes, ms].map(String), what];
  const runs = await loadRuns(servers, { rounds, load });
  const reachedBars: Bar[] = bars
    .map((bar) => ({ of: OURS, ...bar }))
    .filter(({ of }) => of in runs)
    .map(({ of, to, atLeast }) => ratioBar(runs, { of, to, atLeast }));
  return {
    name: `${NAMES[what]}, ${loadName({ connections: CONNECTIONS, bytes, inFlight })}`,
    unit: "messages/s",
    runs,
    bars: reachedBars,
  };
}

/** Returns the servers by their names; ours on Node is left out where the npm package is not built. */
async function contenders(
  { folder, bun }: NpmPeers,
  { compress }: { compress: boolean },
): Promise<Contenders> {
  const how = compress ? ["compress"] : [];
  const bunServe = new URL("websocket/bun_serve.mjs", import.meta.url).pathname;
  return {
    [WS]: nodeCommand("websocket/npm_ws.mjs", folder, ...how),
    // It cannot compress.
    ...!compress && { [DENO]: denoCommand("websocket/deno_upgrade.ts") },
    [BUN]: [bun, bunServe, ...how],
    [OURS]: denoCommand("websocket/parley.mjs", ...how),
    ...await isBuilt("net/websocket/mod.js") &&
      { [OURS_ON_NODE]: nodeCommand("websocket/parley.mjs", ...how) },
  };
}

async function idle({ rounds }: BenchOptions): Promise<Figure> {
  const servers = { [OURS]: denoCommand("websocket/parley.mjs") };
  const load = { rounds, connections: IDLE, load: "websocket/idle_load.ts" };
  const runs = await idleRuns(servers, load);
  return {
    name: `memory of ${IDLE} idle WebSockets, above the empty server`,
    unit: "kB each",
    runs,
    bars: [atMost(runs, { of: OURS, bound: MAX_IDLE_KB })],
  };
}
