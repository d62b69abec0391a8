import { type BenchOptions, CONNECTIONS, echoRuns, MESSAGE_BYTES } from "./echo.ts";
import { atMost, type Figure, ratioBar } from "./figures.ts";
import { IDLE_CONNECTIONS, idleRuns } from "./idle.ts";
import { nodeCommand } from "./processes.ts";

const BARE = { "bare node:net echo": nodeCommand("shim/bare.mjs") };
const SHIM = { "shim echo": nodeCommand("shim/echo.mjs") };
const PARLEY = { "Parley lines on Node": nodeCommand("shim/parley.mjs") };

/** Measures Deno's socket API on Node beside Node's own. It is the one in npm/, so that has to be built before. */
export async function benchShim(options: BenchOptions): Promise<Figure[]> {
  return [
    await echo({ ...options, inFlight: 16, atLeast: 0.85 }),
    await echo({ ...options, inFlight: 1, atLeast: 0.8 }),
    await idle(options),
  ];
}

async function echo(
  { atLeast, ...options }: BenchOptions & { inFlight: number; atLeast: number },
): Promise<Figure> {
  const runs = await echoRuns({ ...BARE, ...SHIM, ...PARLEY }, options);
  return {
    name: `echo on Node, ${CONNECTIONS} connections, ${MESSAGE_BYTES} bytes, ` +
      `${options.inFlight} in flight`,
    unit: "messages/s",
    runs,
    bars: [ratioBar(runs, { of: "shim echo", to: "bare node:net echo", atLeast })],
  };
}

async function idle({ rounds }: BenchOptions): Promise<Figure> {
  const runs = await idleRuns({ ...BARE, ...SHIM, ...PARLEY }, { rounds });
  return {
    name: `memory of ${IDLE_CONNECTIONS} idle connections on Node, above the empty server`,
    unit: "kB each",
    runs,
    bars: [atMost(runs, { of: "shim echo", bound: 12 })],
  };
}
