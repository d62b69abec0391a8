// Writes the tables and numbers in the documents, between `<!-- NAME -->` and `<!-- end NAME -->`, from the code and
// from what the benchmarks wrote.
//
//   deno task docs

import { type Figure, format, median, reached } from "../bench/figures.ts";
import { DEFAULT_HTTP_LIMITS } from "../codec/http/limits.ts";
import { DEFAULT_CODEC_LIMITS } from "../codec/limits.ts";
import { DEFAULT_WEBSOCKET_LIMITS } from "../codec/websocket/limits.ts";
import { DEFAULT_IRC_DEADLINES } from "../ircd/deadlines.ts";
import { DEFAULT_IRC_LIMITS } from "../ircd/limits.ts";
import { DEFAULT_DATAGRAM_DEADLINES } from "../net/datagrams/deadlines.ts";
import { DEFAULT_DATAGRAM_LIMITS } from "../net/datagrams/limits.ts";
import { DEFAULT_DEADLINES } from "../net/deadlines.ts";
import { DEFAULT_IRC_CLIENT_DEADLINES, DEFAULT_IRC_CLIENT_LIMITS } from "../net/irc/options.ts";
import { DEFAULT_SERVER_LIMITS } from "../net/limits.ts";
import { DEFAULT_WEBSOCKET_DEADLINES } from "../net/websocket/options.ts";
import { DEFAULT_HUB_LIMITS } from "../push/limits.ts";
import { DEFAULT_INBOX_LIMITS } from "../transfer/limits.ts";
import { addressTextOf, commandOf, parleyCommandOf } from "../cli/commands.ts";
import { formatDuration, formatSize } from "../cli/units.ts";
import { programs } from "../cli.ts";
import type { RuntimeResult } from "../tests/run_everywhere.ts";
import { doors } from "./doors.ts";
import { sampleTrace } from "./sample_trace.ts";

const root = new URL("../", import.meta.url);

/** The documents that hold generated sections. */
export const documents: readonly string[] = [
  "README.md",
  "SECURITY.md",
  "docs/api.md",
  "docs/programs.md",
  "docs/runtimes.md",
  "docs/speed.md",
];

/** Returns a document with its generated sections as they should be. */
export async function generated(document: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(document, root));
  const made = new Map<string, string>();
  for (const [, name = ""] of text.matchAll(/<!-- (\w+) -->/g)) {
    const section = SECTIONS[name];
    if (section) made.set(name, await section());
  }
  return text.replace(
    /(<!-- (\w+) -->\n)[^]*?(<!-- end \2 -->)/g,
    (whole, open: string, name: string, close: string) => {
      const section = made.get(name);
      return section === undefined ? whole : `${open}\n${section}\n${close}`;
    },
  );
}

/** What stands between the marks of each name; only those that a document has are made. */
const SECTIONS: Readonly<Record<string, () => string | Promise<string>>> = {
  api: apiTables,
  deadlines: () =>
    limitTable({
      "net/deadlines.ts": DEFAULT_DEADLINES,
      "net/websocket/options.ts": DEFAULT_WEBSOCKET_DEADLINES,
      "net/datagrams/deadlines.ts": DEFAULT_DATAGRAM_DEADLINES,
      "net/irc/options.ts": DEFAULT_IRC_CLIENT_DEADLINES,
      "ircd/deadlines.ts": DEFAULT_IRC_DEADLINES,
    }),
  examples: exampleTable,
  datagramsSpeed: () => speedTable("datagrams"),
  filesSpeed: () => speedTable("files"),
  glance: glanceTable,
  httpSpeed: () => speedTable("http"),
  limits: () => limitTable(LIMITS),
  ircSpeed: () => speedTable("irc"),
  outputSpeed: () => speedTable("output"),
  permissions: permissionTable,
  programs: programTable,
  runtimes: runtimeTable,
  shimSpeed: () => speedTable("shim"),
  shout: () => exampleCode("shout"),
  speed: () => speedTable("kernel"),
  trace: async () => `\`\`\`text\n${await sampleTrace()}\`\`\`\n`,
  websocketSpeed: () => speedTable("websocket"),
  pushSpeed: () => speedTable("push"),
  whisper: () => exampleCode("whisper"),
};

/** Those of its own; what may wait to be written is bounded as for every connection. */
const { maxQueuedBytes: _, ...IRC_CLIENT_LIMITS } = DEFAULT_IRC_CLIENT_LIMITS;

const LIMITS = {
  "codec/limits.ts": DEFAULT_CODEC_LIMITS,
  "codec/http/limits.ts": DEFAULT_HTTP_LIMITS,
  "codec/websocket/limits.ts": DEFAULT_WEBSOCKET_LIMITS,
  "net/limits.ts": DEFAULT_SERVER_LIMITS,
  "net/datagrams/limits.ts": DEFAULT_DATAGRAM_LIMITS,
  "transfer/limits.ts": DEFAULT_INBOX_LIMITS,
  "push/limits.ts": DEFAULT_HUB_LIMITS,
  "net/irc/options.ts": IRC_CLIENT_LIMITS,
  "ircd/limits.ts": DEFAULT_IRC_LIMITS,
};

function programTable(): string {
  return table(
    ["Command", "Address", "What it does"],
    programs.map((program) => [
      `\`${parleyCommandOf(program)}\``,
      addressTextOf(program),
      program.summary,
    ]),
  );
}

function permissionTable(): string {
  return table(
    ["Command", "Run alone, with the narrowest permissions"],
    programs.map((program) => [`\`${parleyCommandOf(program)}\``, `\`${commandOf(program)}\``]),
  );
}

/** Makes a table of the names and the defaults alone, by who keeps them. */
function glanceTable(): string {
  const owners = [
    ["a codec", DEFAULT_CODEC_LIMITS, "`lines({ maxBytes })`"],
    ["a server", DEFAULT_SERVER_LIMITS, "`serve(listener, { limits })`"],
    ["a server of HTTP, as well", DEFAULT_HTTP_LIMITS, "`serveHttp(listener, { limits })`"],
    ["a WebSocket, as well", DEFAULT_WEBSOCKET_LIMITS, "`serveWebSocket(listener, { limits })`"],
    ["a hub", DEFAULT_HUB_LIMITS, "`new Hub({ limits })`"],
    ["a server or a connection", DEFAULT_DEADLINES, "`{ deadlines }`"],
    ["a WebSocket, as well", DEFAULT_WEBSOCKET_DEADLINES, "`{ deadlines }`"],
    ["a server of datagrams", DEFAULT_DATAGRAM_LIMITS, "`serveDatagrams(socket, { limits })`"],
    ["a server of datagrams", DEFAULT_DATAGRAM_DEADLINES, "`{ deadlines }`"],
    ["an IRC client", DEFAULT_IRC_CLIENT_LIMITS, "`connectIrc({ limits })`"],
    ["an IRC client, as well", DEFAULT_IRC_CLIENT_DEADLINES, "`connectIrc({ deadlines })`"],
    ["an IRC network", DEFAULT_IRC_LIMITS, "`new IrcNetwork({ limits })`"],
    ["an IRC network", DEFAULT_IRC_DEADLINES, "`new IrcNetwork({ deadlines })`"],
    ["the inbox of files", DEFAULT_INBOX_LIMITS, "`{ limits }`"],
  ] as const;
  return table(
    ["Kept by", "Set with", "Defaults"],
    owners.map(([owner, defaults, how]) => [
      owner,
      how,
      Object.entries(defaults).map(([name, value]) => `\`${name}\` ${shownDefault(name, value)}`)
        .join(", "),
    ]),
  );
}

async function exampleTable(): Promise<string> {
  const rows: string[][] = [];
  for await (const { name } of Deno.readDir(new URL("examples/", root))) {
    const text = await Deno.readTextFile(new URL(`examples/${name}`, root));
    const [, what = ""] = /^\/\/ (.*)$/m.exec(text) ?? [];
    const [, command = ""] = /^\/\/ {3}(.*)$/m.exec(text) ?? [];
    rows.push([`[examples/${name}](examples/${name})`, what, `\`${command}\``]);
  }
  rows.sort(([one = ""], [other = ""]) => one < other ? -1 : 1);
  return table(["Example", "What it does", "Command"], rows);
}

async function exampleCode(name: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(`examples/${name}.ts`, root));
  return `\`\`\`ts\n${text}\`\`\`\n`;
}

/** Makes a table of the fields of some interfaces: what their comments say, and the defaults. */
async function limitTable(files: Readonly<Record<string, object>>): Promise<string> {
  const rows: string[][] = [];
  for (const [path, defaults] of Object.entries(files)) {
    const source = await Deno.readTextFile(new URL(path, root));
    for (const [name, value] of Object.entries(defaults)) {
      const comment =
        new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n  ${name}: number;`).exec(source)?.[1] ?? "";
      const what = comment.replaceAll(/\n\s*\*/g, "").replaceAll(/\s+/g, " ").trim();
      rows.push([`\`${name}\``, shownDefault(name, value), what]);
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
    const made = table(["Name", "Kind", "What it is"], rows);
    return [`## \`${specifier}\``, summary, made].filter((part) => part !== "").join("\n\n");
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
