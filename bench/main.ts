// Measures, prints medians and ratios, and writes them to bench/results/SUBJECT.json.
//
//   deno task bench kernel
//   deno task bench datagrams
//   deno task bench files
//   deno task bench http
//   deno task bench irc
//   deno task bench output
//   deno task bench push
//   deno task bench shim
//   deno task bench websocket
//   deno task bench kernel --rounds 3 --time 1s

import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from "../cli/exit_codes.ts";
import { parseOptions } from "../cli/command_line.ts";
import { count, duration } from "../cli/options.ts";
import { UsageError } from "../cli/usage_error.ts";
import { type Figure, formatFigures, reached } from "./figures.ts";
import type { BenchOptions } from "./echo.ts";
import { benchDatagrams } from "./datagrams.ts";
import { benchFiles } from "./files.ts";
import { benchHttp } from "./http.ts";
import { benchIrc } from "./irc.ts";
import { benchKernel } from "./kernel.ts";
import { benchOutput } from "./output.ts";
import { run } from "./processes.ts";
import { benchPush } from "./push.ts";
import { benchShim } from "./shim.ts";
import { benchWebSocket } from "./websocket.ts";

const SUBJECTS: Readonly<Record<string, (options: BenchOptions) => Promise<Figure[]>>> = {
  datagrams: benchDatagrams,
  files: benchFiles,
  http: benchHttp,
  irc: benchIrc,
  kernel: benchKernel,
  output: benchOutput,
  push: benchPush,
  shim: benchShim,
  websocket: benchWebSocket,
};

const OPTIONS = {
  rounds: count("Rounds; each one runs all contenders", 5),
  time: duration("How long each contender is loaded", { fallback: 2_000 }),
};

async function main(args: readonly string[]): Promise<number> {
  const { values, operands } = parseOptions(args, OPTIONS);
  const [subject = ""] = operands;
  const measure = SUBJECTS[subject];
  if (!measure) throw new UsageError(`Say what to measure: ${Object.keys(SUBJECTS).join(", ")}`);
  const figures = await measure({ rounds: values.rounds, ms: values.time });
  console.log(`\n${subject}: medians of ${values.rounds} rounds\n\n${formatFigures(figures)}`);
  const { os, arch } = Deno.build;
  const result = {
    subject,
    rounds: values.rounds,
    deno: Deno.version.deno,
    node: (await run(["node", "--version"])).trim().slice(1),
    system: `${os} ${arch}, ${navigator.hardwareConcurrency} cores`,
    figures,
  };
  const path = new URL(`results/${subject}.json`, import.meta.url);
  await Deno.mkdir(new URL(".", path), { recursive: true });
  await Deno.writeTextFile(path, `${JSON.stringify(result, null, 2)}\n`);
  return figures.every(({ bars }) => bars.every(reached)) ? EXIT_DONE : EXIT_FAILED;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}`);
  Deno.exit(EXIT_USAGE);
}
