// Writes the tables and numbers in the documents, between `<!-- NAME -->` and `<!-- end NAME -->`, from the code and
// from what the benchmarks wrote.
//
//   deno task docs

import { type Figure, format, median, reached } from "../bench/figures.ts";
import { DEFAULT_DEADLINES, DEFAULT_LIMITS } from "../mod.ts";
import { commandOf, parleyCommandOf } from "../cli/commands.ts";
import { formatDuration, formatSize } from "../cli/units.ts";
import { programs } from "../cli.ts";
import type { RuntimeResult } from "../tests/run_everywhere.ts";

const root = new URL("../", import.meta.url);

/** The documents that hold generated sections. */
export const documents: readonly string[] = ["README.md", "SECURITY.md"];

/** Returns a document with its generated sections as they should be. */
export async function generated(document: string): Promise<string> {
  const sections: Readonly<Record<string, string>> = {
    programs: programTable(),
    limits: await limitTable("codec/limits.ts", DEFAULT_LIMITS),
    deadlines: await limitTable("net/deadlines.ts", DEFAULT_DEADLINES),
    speed: await speedTable("kernel"),
    filesSpeed: await speedTable("files"),
    shimSpeed: await speedTable("shim"),
    runtimes: await runtimeTable(),
  };
  const text = await Deno.readTextFile(new URL(document, root));
  return text.replace(
    /(<!-- (\w+) -->\n)[^]*?(<!-- end \2 -->)/g,
    (whole, open: string, name: string, close: string) => {
      const section = sections[name];
      return section === undefined ? whole : `${open}\n${section}\n${close}`;
    },
  );
}

function programTable(): string {
  return table(
    ["Command", "What it does", "Run alone, with the narrowest permissions"],
    programs.map((program) => [
      `\`${parleyCommandOf(program)}\``,
      program.summary,
      `\`${commandOf(program)}\``,
    ]),
  );
}

/** Makes a table of an interface's fields: what their comments say, and the defaults. */
async function limitTable(
  path: string,
  defaults: Readonly<Record<string, number>> | typeof DEFAULT_LIMITS,
): Promise<string> {
  const source = await Deno.readTextFile(new URL(path, root));
  const rows = Object.entries(defaults).map(([name, value]) => {
    const comment = new RegExp(`/\\*\\* ([^*]+) \\*/\\n  ${name}: number;`).exec(source)?.[1] ?? "";
    const shown = name.endsWith("Ms")
      ? formatDuration(value)
      : name.endsWith("Bytes")
      ? formatSize(value)
      : value.toLocaleString("en-US");
    return [`\`${name}\``, shown, comment];
  });
  return table(["Name", "Default", "What it bounds"], rows);
}

async function runtimeTable(): Promise<string> {
  const path = new URL("docs/runtimes.json", root);
  // The file is written by tests/run_everywhere.ts, which writes this shape.
  const results = JSON.parse(await Deno.readTextFile(path)) as RuntimeResult[];
  const rows = results.map(({ runtime, version, files, passed, failed, ignored }) => [
    runtime,
    version,
    String(files),
    String(passed),
    String(failed),
    Object.entries(ignored).map(([reason, count]) => `${count} (${reason})`).join(", ") || "0",
  ]);
  return table(["Runtime", "Version", "Test files", "Passed", "Failed", "Left out"], rows);
}

interface Result {
  rounds: number;
  deno: string;
  node?: string;
  system: string;
  figures: Figure[];
}

async function speedTable(subject: string): Promise<string> {
  const path = new URL(`bench/results/${subject}.json`, root);
  // The file is written by bench/main.ts, which writes this shape.
  const result = JSON.parse(await Deno.readTextFile(path)) as Result;
  const rows = result.figures.map(({ name, unit, runs, bars }) => {
    const medians = Object.entries(runs).map(([contender, values]) =>
      `${contender} ${format(median(values))}`
    );
    const bounds = bars.map((bar) =>
      `${bar.what}: ${format(bar.value)}, ${bar.atLeast ? "at least" : "at most"} ${bar.bound} ${
        reached(bar) ? "wanted" : "wanted and **not reached**"
      }`
    );
    return [name, `${medians.join("; ")} (${unit})`, bounds.join("; ")];
  });
  const { rounds, deno, node, system } = result;
  const versions = node === undefined ? `Deno ${deno}` : `Deno ${deno}, Node ${node}`;
  const head = `Medians of ${rounds} interleaved rounds, ${versions}, ${system}; ` +
    `\`deno task bench ${subject}\` measures them anew.\n\n`;
  return head + table(["Measured", "Medians", "Against the bar"], rows);
}

/** Makes a table in the form that `deno fmt` gives it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[at]?.length ?? 0))
  );
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...rows].map((cells) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |\n`
  ).join("");
}

if (import.meta.main) {
  for (const document of documents) {
    await Deno.writeTextFile(new URL(document, root), await generated(document));
  }
}
