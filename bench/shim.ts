import {
  type BenchOptions,
  type Contenders,
  type EchoLoad,
  echoRuns,
  FAN_OUT_BYTES,
  fanOutRuns,
  LINE_BYTES,
  loadName,
  SUBSCRIBERS,
} from "./echo.ts";
import { atMost, type Figure, ratioBar } from "./figures.ts";
import { IDLE_CONNECTIONS, idleRuns } from "./idle.ts";
import { nodeCommand } from "./processes.ts";

const BARE = "bare node:net";
const SHIM = "Deno's API";
const bare: Contenders = { [BARE]: nodeCommand("shim/bare.mjs") };
const shim: Contenders = { [SHIM]: nodeCommand("shim/echo.mjs") };
const parley = (what: string) => nodeCommand("kernel/parley.mjs", what);

/**
 * Measures Deno's socket API on Node, and the kernel on it, beside Node's own. It is the one in npm/, so that has to be
 * built before.
 */
export async function benchShim(options: BenchOptions): Promise<Figure[]> {
  return [
    await lineEcho({ inFlight: 16, shimAtLeast: 0.85, atLeast: 0.6 }, options),
    await lineEcho({ inFlight: 1, shimAtLeast: 0.8, atLeast: 0.8 }, options),
    await fanOut(1, options),
    await fanOut(16, options),
    await fanOut(128, options),
    await largeEcho({ connections: 64, bytes: 16 * 1024 }, options),
    await largeEcho({ connections: 16, bytes: 1024 * 1024 }, options),
    await idle(options),
  ];
}

async function lineEcho(
  { inFlight, shimAtLeast, atLeast }: { inFlight: number; shimAtLeast: number; atLeast: number },
  options: BenchOptions,
): Promise<Figure> {
  const ours = "Parley lines";
  const load = { connections: 64, inFlight, bytes: LINE_BYTES };
  const runs = await echoRuns({ ...bare, ...shim, [ours]: parley("lines") }, options, load);
  return {
    name: `on Node: line echo, ${loadName(load)}`,
    unit: "lines/s",
    runs,
    bars: [
      ratioBar(runs, { of: SHIM, to: BARE, atLeast: shimAtLeast }),
      ratioBar(runs, { of: ours, to: BARE, atLeast }),
    ],
  };
}

async function fanOut(inFlight: number, options: BenchOptions): Promise<Figure> {
  const ours = "Parley trySend";
  const servers = {
    [BARE]: nodeCommand("shim/bare.mjs", "fan-out"),
    [ours]: parley("share"),
    "Parley send": parley("send"),
  };
  const runs = await fanOutRuns(servers, options, { inFlight });
  return {
    name: `on Node: a line of ${FAN_OUT_BYTES} bytes to ${SUBSCRIBERS} connections, ` +
      `${inFlight} in flight`,
    unit: "deliveries/s",
    runs,
    bars: [ratioBar(runs, { of: ours, to: BARE, atLeast: inFlight === 1 ? 0.8 : 0.6 })],
  };
}

async function largeEcho(
  size: Pick<EchoLoad, "connections" | "bytes">,
  options: BenchOptions,
): Promise<Figure> {
  const ours = "Parley lengthPrefixed";
  const load = { ...size, inFlight: 1, framing: "length-prefixed" } as const;
  const runs = await echoRuns({ ...bare, [ours]: parley("length-prefixed") }, options, load);
  return {
    name: `on Node: message echo, ${loadName(load)}`,
    unit: "messages/s",
    runs,
    bars: [ratioBar(runs, { of: ours, to: BARE, atLeast: 0.6 })],
  };
}

async function idle({ rounds }: BenchOptions): Promise<Figure> {
  const ours = "Parley lines";
  const runs = await idleRuns({ ...bare, ...shim, [ours]: parley("lines") }, { rounds });
  return {
    name: `on Node: memory of ${IDLE_CONNECTIONS} idle connections, above the empty server`,
    unit: "kB each",
    runs,
    bars: [atMost(runs, { of: SHIM, bound: 12 }), atMost(runs, { of: ours, bound: 12 })],
  };
}
