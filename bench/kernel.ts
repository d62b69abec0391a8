import {
  type BenchOptions,
  type EchoLoad,
  echoRuns,
  FAN_OUT_BYTES,
  fanOutRuns,
  LINE_BYTES,
  loadName,
  SUBSCRIBERS,
} from "./echo.ts";
import { atMost, type Bar, type Figure, ratioBar } from "./figures.ts";
import { IDLE_CONNECTIONS, idleRuns } from "./idle.ts";
import { denoCommand, nodeCommand, run } from "./processes.ts";

const BARE = "bare Deno echo";
const bare = { [BARE]: denoCommand("kernel/bare.ts") };
const parley = (what: string) => denoCommand("kernel/parley.mjs", what);

const DECODERS: Readonly<Record<string, string>> = {
  "lines() decoder": "lines",
  "lines() as a stream": "lines-stream",
  "TextLineStream": "text-line-stream",
};

/** Measures the kernel beside its peers. Each round runs all contenders one after the other. */
export async function benchKernel(options: BenchOptions): Promise<Figure[]> {
  return [
    await lineEcho(16, options),
    await lineEcho(1, options),
    await fanOut(1, options),
    await fanOut(16, options),
    await fanOut(128, options),
    await largeEcho({ connections: 64, bytes: 16 * 1024 }, options),
    await largeEcho({ connections: 16, bytes: 1024 * 1024 }, options),
    await decodeLines(options),
    await decodeLarge(options),
    await idle(options),
  ];
}

async function lineEcho(inFlight: number, options: BenchOptions): Promise<Figure> {
  const ours = "Parley lines";
  const load = { connections: 64, inFlight, bytes: LINE_BYTES };
  const servers = {
    ...bare,
    [ours]: parley("lines"),
    "node:readline": nodeCommand("kernel/node_readline.mjs"),
  };
  const runs = await echoRuns(servers, options, load);
  const bars: Bar[] = [
    ratioBar(runs, { of: ours, to: BARE, atLeast: inFlight === 1 ? 0.9 : 0.75 }),
  ];
  if (inFlight > 1) bars.push(ratioBar(runs, { of: ours, to: "node:readline", atLeast: 6 }));
  return { name: `line echo, ${loadName(load)}`, unit: "lines/s", runs, bars };
}

async function largeEcho(
  size: Pick<EchoLoad, "connections" | "bytes">,
  options: BenchOptions,
): Promise<Figure> {
  const ours = "Parley lengthPrefixed";
  const load = { ...size, inFlight: 1, framing: "length-prefixed" } as const;
  const runs = await echoRuns({ ...bare, [ours]: parley("length-prefixed") }, options, load);
  return {
    name: `message echo, ${loadName(load)}`,
    unit: "messages/s",
    runs,
    bars: [ratioBar(runs, { of: ours, to: BARE, atLeast: 0.7 })],
  };
}

async function fanOut(inFlight: number, options: BenchOptions): Promise<Figure> {
  const [floor, ours] = ["bare Deno fan-out", "Parley trySend"];
  const servers = {
    [floor]: denoCommand("kernel/bare_fan_out.ts"),
    [ours]: parley("share"),
    "Parley send": parley("send"),
  };
  const runs = await fanOutRuns(servers, options, { inFlight });
  return {
    name: `a line of ${FAN_OUT_BYTES} bytes to ${SUBSCRIBERS} connections, ${inFlight} in flight`,
    unit: "deliveries/s",
    runs,
    bars: [ratioBar(runs, { of: ours, to: floor, atLeast: 0.9 })],
  };
}

async function decodeLines({ rounds }: BenchOptions): Promise<Figure> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of Object.entries(DECODERS)) {
      const printed = await run(denoCommand("kernel/decode.ts", contender));
      (runs[name] ??= []).push(Number(printed));
    }
  }
  const bars = [ratioBar(runs, { of: "lines() decoder", to: "TextLineStream", atLeast: 5 })];
  return { name: "decoding 80-byte lines", unit: "lines/s", runs, bars };
}

async function decodeLarge({ rounds }: BenchOptions): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(Number(await run(denoCommand("kernel/decode.ts", "length-prefixed"))));
  }
  return {
    name: "a 64 MiB length-prefixed message in 1 KiB chunks",
    unit: "ms",
    runs: { "lengthPrefixed()": times },
    bars: [atMost({ "lengthPrefixed()": times }, { of: "lengthPrefixed()", bound: 1000 })],
  };
}

async function idle({ rounds }: BenchOptions): Promise<Figure> {
  const runs = await idleRuns({ "Parley lines": parley("lines") }, { rounds });
  return {
    name: `memory of ${IDLE_CONNECTIONS} idle connections, above the empty server`,
    unit: "kB each",
    runs,
    bars: [atMost(runs, { of: "Parley lines", bound: 12 })],
  };
}
