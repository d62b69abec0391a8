import { isBuilt } from "./built.ts";
import { type BenchOptions, type Contenders, SUBSCRIBERS } from "./echo.ts";
import { type Figure, moreBar, ratioBar } from "./figures.ts";
import { denoCommand, nodeCommand, run } from "./processes.ts";
import { ALL_READ, ONE_STALLED, pushRuns, stalledRuns } from "./push/runs.ts";
import { NpmPeers } from "./websocket/peers.ts";

const OURS = "Parley";
const OURS_ON_NODE = "Parley on Node";
const WS = "npm ws";
const BUN = "Bun's publish";
const DENO = "Deno.upgradeWebSocket";
const BYTES = 64;
/** Who gets a single message. */
const MANY = 10_000;
/** Messages whose times are compared; one is what it takes, and the median of several is what is said. */
const SINGLE_MESSAGES = 15;
/** Files that a process has open beside its sockets. */
const OTHER_FILES = 200;

/** What is sent while one reads nothing: more than its queue of 1 MiB, and the 4 MiB that the system may keep behind that. */
const STALL = { messages: 6_000, bytes: 1024, inFlight: 16 };
const MAX_STALLED_MIB = 25;
/** The others' times are unmoved; more than this is no noise. */
const MAX_STALLED_RATIO = 1.1;

/** Messages that are sent at once, and how many times as fast as whom. */
interface Flight {
  readonly inFlight: number;
  readonly bars: readonly { readonly to: string; readonly atLeast: number }[];
}

const FLIGHTS: readonly Flight[] = [
  { inFlight: 1, bars: [{ to: DENO, atLeast: 0.9 }] },
  { inFlight: 16, bars: [{ to: WS, atLeast: 15 }, { to: BUN, atLeast: 0.8 }] },
  { inFlight: 128, bars: [{ to: WS, atLeast: 80 }, { to: BUN, atLeast: 2 }] },
];

/** Measures push beside npm's ws, Deno's WebSocket and Bun's topics. Each round runs all contenders one after the other. */
export async function benchPush(options: BenchOptions): Promise<Figure[]> {
  await requireFiles(MANY + OTHER_FILES);
  await using peers = await NpmPeers.install();
  const servers = await contenders(peers);
  const figures: Figure[] = [];
  for (const flight of FLIGHTS) figures.push(await broadcasts(flight, { servers, options }));
  figures.push(await lastOne(servers, options));
  figures.push(...await stalled(options));
  return figures;
}

async function broadcasts(
  { inFlight, bars }: Flight,
  { servers, options: { rounds, ms } }: { servers: Contenders; options: BenchOptions },
): Promise<Figure> {
  const load = ["push/load.ts", ...[SUBSCRIBERS, inFlight, BYTES, ms].map(String)];
  const runs = await pushRuns(servers, { rounds, load });
  return {
    name: `a text of ${BYTES} bytes to ${SUBSCRIBERS} WebSockets, ${inFlight} in flight`,
    unit: "broadcasts/s",
    runs,
    bars: bars.map((bar) => ratioBar(runs, { of: OURS, ...bar })),
  };
}

async function lastOne(servers: Contenders, { rounds }: BenchOptions): Promise<Figure> {
  const load = ["push/last_load.ts", ...[MANY, BYTES, SINGLE_MESSAGES].map(String)];
  const runs = await pushRuns(servers, { rounds, load });
  return {
    name: `a text of ${BYTES} bytes to ${MANY} WebSockets, until the last one has it`,
    unit: "ms",
    runs,
    bars: [ratioBar(runs, { of: OURS, to: BUN, atMost: 1.2 })],
  };
}

async function stalled({ rounds }: BenchOptions): Promise<Figure[]> {
  const { messages, bytes, inFlight } = STALL;
  const load = [
    "push/stalled_load.ts",
    ...[SUBSCRIBERS, messages, bytes, inFlight].map(String),
  ];
  const { memory, mean, slow } = await stalledRuns(denoCommand("push/parley.mjs"), {
    rounds,
    load,
  });
  const times = { of: ONE_STALLED, to: ALL_READ, atMost: MAX_STALLED_RATIO };
  return [
    {
      name: `memory of ${OURS} at its most, while ${SUBSCRIBERS} WebSockets are sent ` +
        `${messages} texts of ${bytes} bytes`,
      unit: "MiB",
      runs: memory,
      bars: [moreBar(memory, { of: ONE_STALLED, than: ALL_READ, atMost: MAX_STALLED_MIB })],
    },
    {
      name: `${inFlight} texts of ${bytes} bytes to ${SUBSCRIBERS} WebSockets, ` +
        "until all who read have them",
      unit: "ms",
      runs: mean,
      bars: [ratioBar(mean, times)],
    },
    { name: "the same, all but the slowest 1% below", unit: "ms", runs: slow, bars: [] },
  ];
}

/** Returns the servers by their names; ours on Node is left out where the npm package is not built. */
async function contenders({ folder, bun }: NpmPeers): Promise<Contenders> {
  const bunPublish = new URL("push/bun_publish.mjs", import.meta.url).pathname;
  return {
    [WS]: nodeCommand("push/npm_ws.mjs", folder),
    [DENO]: denoCommand("push/deno_upgrade.ts"),
    [BUN]: [bun, bunPublish],
    [OURS]: denoCommand("push/parley.mjs"),
    ...await isBuilt("push/mod.js") && { [OURS_ON_NODE]: nodeCommand("push/parley.mjs") },
  };
}

/** Each process holds one end of every connection; what this one may open, its children may. */
async function requireFiles(count: number): Promise<void> {
  const allowed = (await run(["sh", "-c", "ulimit -n"])).trim();
  if (allowed === "unlimited" || Number(allowed) >= count) return;
  throw new Error(
    `Cannot hold ${MANY} connections: a process may open ${allowed} files; ` +
      `raise the limit (ulimit -n ${2 * MANY})`,
  );
}
