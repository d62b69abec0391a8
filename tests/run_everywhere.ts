// Runs the tests on every runtime that can be had here, and writes what came of it to docs/runtimes.json, from which
// `deno task docs` makes the table in the README.
//
//   deno task test:everywhere

import type { TestResult } from "./node/reporter.ts";
import { counted, type Counts } from "./node/results.ts";

/** Lines of Node beside the one of this machine, and Bun, as npm has them. */
const OTHERS = ["22", "24", "bun"];
const ROOT = new URL("../", import.meta.url);

/** What came of the tests on a runtime. */
export interface RuntimeResult extends Counts {
  /** Its name. */
  readonly runtime: string;
  /** Its version. */
  readonly version: string;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  const results = [await onDeno(folder), ...await read(folder, /^chromium/)];
  await task(["npm:build"]);
  for (const version of ["", ...OTHERS]) await task(["npm:test", version], folder);
  results.push(...await read(folder, /^node-/), ...await read(folder, /^bun-/));
  await Deno.remove(folder, { recursive: true });
  const text = `${JSON.stringify(results, null, 2)}\n`;
  await Deno.writeTextFile(new URL("docs/runtimes.json", ROOT), text);
  await task(["docs"]);
  Deno.exit(results.every(({ failed }) => failed === 0) ? 0 : 1);
}

async function onDeno(folder: string): Promise<RuntimeResult> {
  let reports = "";
  for (const part of ["test:parallel", "test:alone", "test:long"]) {
    const report = `${folder}/deno.xml`;
    await task([part, `--junit-path=${report}`], folder);
    reports += await Deno.readTextFile(report);
  }
  return { runtime: "Deno", version: Deno.version.deno, ...countReport(reports) };
}

/** Counts the cases of reports in JUnit's form. */
export function countReport(xml: string): Counts {
  const files = Array.from(
    xml.matchAll(/<testsuite name="([^"]*)"[^>]*>(.*?)<\/testsuite>/gs),
    ([, file = "", cases = ""]) => ({ file, ms: 0, results: casesOf(cases) }),
  );
  // A long form and a short one have the same body, and a body is counted with its own file.
  return { ...counted(files), files: new Set(files.map(({ file }) => file)).size };
}

function casesOf(xml: string): TestResult[] {
  const found = xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs);
  return Array.from(found, ([, name = "", inside = ""]) => ({
    name: name.replaceAll("&apos;", "'").replaceAll("&#39;", "'"),
    outcome: /<(failure|error)\b/.test(inside)
      ? "failed"
      : inside.includes("<skipped")
      ? "ignored"
      : "passed",
    error: "",
  }));
}

async function read(folder: string, pattern: RegExp): Promise<RuntimeResult[]> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => pattern.test(name));
  return await Promise.all(
    names.toSorted().map(async (name) => {
      // Both write this, and more.
      const result = JSON.parse(await Deno.readTextFile(`${folder}/${name}`)) as RuntimeResult;
      const { runtime, version, files, passed, failed, ignored } = result;
      return { runtime, version, files, passed, failed, ignored };
    }),
  );
}

async function task(args: readonly string[], folder = ""): Promise<void> {
  const given = args.filter((arg) => arg !== "");
  await new Deno.Command(Deno.execPath(), {
    args: ["task", ...given],
    cwd: ROOT,
    env: { PARLEY_TEST_RESULTS_DIR: folder },
  }).spawn().status;
}
