import { type BenchOptions, CONNECTIONS, echoRuns, MESSAGE_BYTES } from "./echo.ts";
import { atMost, type Figure, ratioBar } from "./figures.ts";
import { IDLE_CONNECTIONS, idleRuns } from "./idle.ts";
import { denoCommand, nodeCommand, run } from "./processes.ts";

const SERVERS: Readonly<Record<string, readonly string[]>> = {
  "bare Deno echo": denoCommand("kernel/bare.ts"),
  "Parley lines": denoCommand("kernel/parley.ts"),
  "node:readline": nodeCommand("kernel/node_readline.mjs"),
};
const DECODERS: Readonly<Record<string, string>> = {
  "lines() decoder": "lines",
  "lines() as a stream": "lines-stream",
  "TextLineStream": "text-line-stream",
};

/** Measures the kernel beside its peers. Each round runs all contenders one after the other. */
export async function benchKernel(options: BenchOptions): Promise<Figure[]> {
  return [
    await echo({ ...options, inFlight: 16 }),
    await echo({ ...options, inFlight: 1 }),
    await decodeLines(options),
    await decodeLarge(options),
    await idle(options),
  ];
}

async function echo(options: BenchOptions & { inFlight: number }): Promise<Figure> {
  const { inFlight } = options;
  const runs = await echoRuns(SERVERS, options);
  const bare = { of: "Parley lines", to: "bare Deno echo" };
  const bars = inFlight === 1 ? [ratioBar(runs, { ...bare, atLeast: 0.85 })] : [
    ratioBar(runs, { ...bare, atLeast: 0.5 }),
    ratioBar(runs, { of: "Parley lines", to: "node:readline", atLeast: 6 }),
  ];
  return {
    name: `line echo, ${CONNECTIONS} connections, ${MESSAGE_BYTES} bytes, ${inFlight} in flight`,
    unit: "lines/s",
    runs,
    bars,
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
  const runs = await idleRuns({ "Parley lines": denoCommand("kernel/parley.ts") }, { rounds });
  return {
    name: `memory of ${IDLE_CONNECTIONS} idle connections, above the empty server`,
    unit: "kB each",
    runs,
    bars: [atMost(runs, { of: "Parley lines", bound: 12 })],
  };
}
