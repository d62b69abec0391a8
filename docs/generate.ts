// Writes the tables and numbers in the documents, between `<!-- NAME -->` and `<!-- end NAME -->`, from the code and
// from what the benchmarks wrote.
//
//   deno task docs

import { type Figure, format, median, reached } from "../bench/figures.ts";
import { DEFAULT_CODEC_LIMITS } from "../codec/limits.ts";
import { DEFAULT_DEADLINES } from "../net/deadlines.ts";
import { DEFAULT_SERVER_LIMITS } from "../net/limits.ts";
import { DEFAULT_INBOX_LIMITS } from "../transfer/limits.ts";
import { commandOf, parleyCommandOf } from "../cli/commands.ts";
import { formatDuration, formatSize } from "../cli/units.ts";
import { programs } from "../cli.ts";
import type { RuntimeResult } from "../tests/run_everywhere.ts";
import { doors } from "./doors.ts";

const root = new URL("../", import.meta.url);

/** The documents that hold generated sections. */
export const documents: readonly string[] = ["README.md", "SECURITY.md", "docs/api.md"];

/** Returns a document with its generated sections as they should be. */
export async function generated(document: string): Promise<string> {
  const sections: Readonly<Record<string, string>> = {
    programs: programTable(),
    limits: await limitTable({
      "codec/limits.ts": DEFAULT_CODEC_LIMITS,
      "net/limits.ts": DEFAULT_SERVER_LIMITS,
      "transfer/limits.ts": DEFAULT_INBOX_LIMITS,
    }),
    deadlines: await limitTable({ "net/deadlines.ts": DEFAULT_DEADLINES }),
    api: await apiTables(),
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

/** Makes a table of the fields of some interfaces: what their comments say, and the defaults. */
async function limitTable(files: Readonly<Record<string, object>>): Promise<string> {
  const rows: string[][] = [];
  for (const [path, defaults] of Object.entries(files)) {
    const source = await Deno.readTextFile(new URL(path, root));
    for (const [name, value] of Object.entries(defaults)) {
      const comment = new RegExp(`/\\*\\* ([^*]+) \\*/\\n  ${name}: number;`).exec(source)?.[1] ?? "";
      rows.push([`\`${name}\``, shownDefault(name, value), comment]);
    }
  }
  return table(["Name", "Default", "What it bounds"], rows);
}

function shownDefault(name: string, value: number): string {
  if (value === Infinity) return "none";
  if (name.endsWith("Ms")) return formatDuration(value);
  return name.endsWith("Bytes") ? formatSize(value) : value.toLocaleString("en-US");
}

async function apiTables(): Promise<string> {
  const sections = (await doors()).map(({ specifier, summary, exports }) => {
    const rows = exports.map(({ name, kind, summary }) => [`\`${name}\``, kind, escaped(summary)]);
    return `## \`${specifier}\`\n\n${summary}\n\n${table(["Name", "Kind", "What it is"], rows)}`;
  });
  return sections.join("\n");
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
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
