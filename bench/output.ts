import { type BenchOptions, echoRuns, LINE_BYTES, loadName } from "./echo.ts";
import { type Figure, ratioBar } from "./figures.ts";
import { denoCommand, type ServerCommand } from "./processes.ts";

const REVERSE = denoCommand("../servers/reverse.ts", "--port", "0");

/** Measures what it costs a server to say each message on stdout. Each round runs all contenders one after the other. */
export async function benchOutput(options: BenchOptions): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ prefix: "bench-output-" });
  try {
    return [
      await echo(options, { inFlight: 16, folder }),
      await echo(options, { inFlight: 1, folder }),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function echo(
  options: BenchOptions,
  { inFlight, folder }: { inFlight: number; folder: string },
): Promise<Figure> {
  const load = { connections: 64, inFlight, bytes: LINE_BYTES };
  const servers = {
    "bare Deno echo": denoCommand("kernel/bare.ts"),
    "reverse > /dev/null": reverseInto("/dev/null"),
    "reverse > file": reverseInto(`${folder}/lines.txt`),
    "reverse --json > file": reverseInto(`${folder}/records.txt`, "--json"),
  };
  const runs = await echoRuns(servers, options, load);
  const atLeast = 0.35;
  return {
    name: `reverse, ${loadName(load)}`,
    unit: "lines/s",
    runs,
    bars: Object.keys(runs).slice(1).map((of) =>
      ratioBar(runs, { of, to: "bare Deno echo", atLeast })
    ),
  };
}

function reverseInto(path: string, ...args: string[]): ServerCommand {
  return {
    command: ["sh", "-c", 'out=$0; exec "$@" > "$out"', path, ...REVERSE, ...args],
    printed: { port: /listening on .*:(\d+)\n/, from: "stderr" },
  };
}
