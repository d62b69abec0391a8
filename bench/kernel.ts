import { type Bar, type Figure, median, ratioBar } from "./figures.ts";
import { denoCommand, run, ServerProcess } from "./processes.ts";

const SERVERS: Readonly<Record<string, readonly string[]>> = {
  "bare Deno echo": denoCommand("kernel/bare.ts"),
  "Parley lines": denoCommand("kernel/parley.ts"),
  "node:readline": ["node", new URL("kernel/node_readline.mjs", import.meta.url).pathname],
};
const DECODERS: Readonly<Record<string, string>> = {
  "lines() decoder": "lines",
  "lines() as a stream": "lines-stream",
  "TextLineStream": "text-line-stream",
};
const CONNECTIONS = 64;
const LINE_BYTES = 20;
const IDLE_CONNECTIONS = 5_000;

/** How long and how often to measure. */
export interface BenchOptions {
  readonly rounds: number;
  readonly ms: number;
}

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

async function echo(
  { rounds, ms, inFlight }: BenchOptions & { inFlight: number },
): Promise<Figure> {
  const runs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(SERVERS)) {
      await using server = await ServerProcess.start(command);
      const load = [server.port, CONNECTIONS, inFlight, LINE_BYTES, ms].map(String);
      (runs[name] ??= []).push(Number(await run(denoCommand("kernel/load.ts", ...load))));
    }
  }
  const bare = { of: "Parley lines", to: "bare Deno echo" };
  const bars = inFlight === 1 ? [ratioBar(runs, { ...bare, atLeast: 0.85 })] : [
    ratioBar(runs, { ...bare, atLeast: 0.5 }),
    ratioBar(runs, { of: "Parley lines", to: "node:readline", atLeast: 6 }),
  ];
  return {
    name: `line echo, ${CONNECTIONS} connections, ${LINE_BYTES} bytes, ${inFlight} in flight`,
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
    bars: [atMost("lengthPrefixed()", { value: median(times), bound: 1000 })],
  };
}

async function idle({ rounds }: BenchOptions): Promise<Figure> {
  const bytes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using server = await ServerProcess.start(denoCommand("kernel/parley.ts"));
    const empty = await server.residentBytes();
    await using _load = await holdIdle(server.port);
    bytes.push((await server.residentBytes() - empty) / IDLE_CONNECTIONS / 1000);
  }
  return {
    name: `memory of ${IDLE_CONNECTIONS} idle connections, above the empty server`,
    unit: "kB each",
    runs: { "Parley lines": bytes },
    bars: [atMost("Parley lines", { value: median(bytes), bound: 12 })],
  };
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

function atMost(what: string, { value, bound }: { value: number; bound: number }): Bar {
  return { what, value, bound, atLeast: false };
}
