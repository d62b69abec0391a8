// Runs the compiled test files on the Node or the Bun that runs this, each in a process of its own:
//
//   node npm/esm/tests/node/run.js [--jobs N] [--long] [PART_OF_A_NAME]...
//
// --long runs what takes long by nature, and nothing else. What needs the machine for itself runs behind the others.
// PARLEY_TEST_RESULTS_DIR names a folder that gets the counts as JSON; TESTS=none is for a build alone.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { DENO_ONLY } from "./deno_only.ts";
import type { TestResult } from "./reporter.ts";
import { counted, type FileResult, ignoredText } from "./results.ts";

/** What a test waits for or leaves open may keep its process running for ever: this ends it. */
const FILE_TIMEOUT_MS = 120_000;
/** Differences can be longer than anybody reads. */
const ERROR_LINES = 40;

const runtime = process.versions.bun === undefined ? "Node" : "Bun";
const version = process.versions.bun ?? process.versions.node;
const tests = fileURLToPath(new URL("../", import.meta.url));
const reporter = new URL("reporter.js", import.meta.url).href;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: "string", default: "2" }, long: { type: "boolean", default: false } },
});
if (process.env.TESTS === "none") {
  console.log("No test was run, as was asked for");
  process.exit();
}
const files = readdirSync(tests, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("_test.js") && file.endsWith("_long_test.js") === values.long)
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) throw new Error("Name a part of a test file, such as codec/");

const folder = await mkdtemp(join(tmpdir(), "parley-tests-"));
const results: FileResult[] = [];
const isAlone = (file: string) => values.long || file.endsWith("_alone_test.js");
await runAll(files.filter((file) => !isAlone(file)), Number(values.jobs));
await runAll(files.filter(isAlone), 1);
await rm(folder, { recursive: true });

const counts = counted(results);
const denoOnly = Object.entries(DENO_ONLY);
console.log(
  `\n${runtime} ${version}: ${files.length} files, ${counts.passed} passed, ` +
    `${counts.failed} failed, ${ignoredText(counts.ignored)}; ` +
    `${denoOnly.length} files run on Deno alone:`,
);
for (const [file, reason] of denoOnly) console.log(`  ${file}: ${reason}`);
const resultsFolder = process.env.PARLEY_TEST_RESULTS_DIR;
if (resultsFolder) {
  const summary = { runtime, version, ...counts, denoOnly: DENO_ONLY };
  await mkdir(resultsFolder, { recursive: true });
  const [major] = version.split(".");
  const path = join(resultsFolder, `${runtime.toLowerCase()}-${major}.json`);
  await writeFile(path, `${JSON.stringify(summary, null, 2)}\n`);
}
process.exitCode = counts.failed === 0 ? 0 : 1;

async function runAll(files: readonly string[], jobs: number): Promise<void> {
  const waiting = files.values();
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (const file of waiting) {
      const result = await runFile(file, join(folder, file.replaceAll(/\W/g, "_")));
      results.push(result);
      console.log(line(result));
    }
  }));
}

async function runFile(file: string, report: string): Promise<FileResult> {
  const start = performance.now();
  const reporting = [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`];
  const child = spawn(
    process.execPath,
    [...runtime === "Node" ? reporting : [], join(tests, file)],
    {
      cwd: join(tests, ".."),
      env: { ...process.env, ...runtime === "Bun" && { PARLEY_TEST_REPORT: report } },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output += text);
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), FILE_TIMEOUT_MS);
  const ended = await new Promise<number | string>((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal ?? "nothing"))
  );
  clearTimeout(timer);
  const found = reported(report);
  const failed = found.some(({ outcome }) => outcome === "failed");
  // What goes wrong outside of every test fails as well: then the code does not come from a test.
  if (ended !== 0 && !(failed && ended === 1)) {
    const last = found.at(-1)?.name ?? "nothing";
    const error = `The file ended with ${ended} after ${last}, and printed:\n${output}`;
    found.push({ name: "(outside of every test)", outcome: "failed", error });
  }
  return { file, results: found, ms: Math.round(performance.now() - start) };
}

function reported(path: string): TestResult[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  } catch {
    // It ended before it could report.
    return [];
  }
}

function line({ file, results, ms }: FileResult): string {
  const { passed, failed, ignored } = counted([{ file, results, ms }]);
  const text = `${failed === 0 ? "ok  " : "FAIL"} ${file.replace(/\.js$/, "")}: ${passed} passed` +
    (failed === 0 ? "" : `, ${failed} failed`) +
    (Object.keys(ignored).length === 0 ? "" : `, ${ignoredText(ignored)}`);
  const failures = results.filter(({ outcome }) => outcome === "failed")
    .map(({ name, error }) => `\n  ${name}\n${shortened(error)}\n`);
  return `${text} (${ms} ms)${failures.join("")}`;
}

function shortened(error: string): string {
  const lines = stripVTControlCharacters(error).split("\n").filter((line) => line.trim() !== "");
  const rest = lines.length - ERROR_LINES;
  if (rest > 1) lines.splice(ERROR_LINES, rest, `... and ${rest} lines more`);
  return lines.map((line) => `    ${line}`).join("\n");
}
