// The tour: starts every server on a free port, runs its client against it, and shows what they say to each other.
//
//   deno run --allow-net=127.0.0.1 --allow-read=.parley-tour --allow-write=.parley-tour --allow-sys=statfs --allow-env=TERM tour/main.ts
//   deno run --allow-net=127.0.0.1 tour/main.ts reverse framing
//
// The scene with files keeps them in the folder .parley-tour, which is gone at the end.

import { bold, cyan, dim, green, red } from "@std/fmt/colors";
import { finishOutput } from "../cli/finish.ts";
import { columns } from "../cli/help.ts";
import { type Io, systemIo } from "../cli/io.ts";
import { suggestion } from "../cli/options.ts";
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from "../cli/exit_codes.ts";
import { TOUR_COMMAND } from "../cli/start_commands.ts";
import { wrapped } from "../cli/wrap.ts";
import { VERSION } from "../cli/version.ts";
import type { Scene } from "./scene.ts";
import { scenes } from "./scenes.ts";
import { type Check, Stage } from "./stage.ts";

/** Plays the scenes that the arguments name, all of them without arguments; returns the exit code. */
export async function main(args: readonly string[], io: Io = systemIo): Promise<number> {
  const paint = (style: (text: string) => string) => (text: string) =>
    io.colour ? style(text) : text;
  const finish = (code: number) => finishOutput(code, { io, name: "tour", isWork: true });
  const names = scenes.map(({ name }) => name);
  if (args.some((arg) => ["--help", "-h"].includes(arg))) {
    io.stdout(help());
    return await finish(EXIT_DONE);
  }
  if (args.some((arg) => ["--version", "-v", "-V"].includes(arg))) {
    io.stdout(`tour ${VERSION}\n`);
    return await finish(EXIT_DONE);
  }
  const unknown = args.find((arg) => !names.includes(arg));
  if (unknown !== undefined) {
    const hint = suggestion(unknown, names);
    io.stderr(`tour: there is no scene ${JSON.stringify(unknown)}${hint}\n`);
    io.stderr(`Usage: ${TOUR_COMMAND} [${names.join("|")}]...\n`);
    return await finish(EXIT_USAGE);
  }
  const rows: string[][] = [];
  let failures = 0;
  for (const scene of scenes.filter(({ name }) => args.length === 0 || args.includes(name))) {
    if (io.streams?.stdout.error) return await finish(EXIT_FAILED);
    io.stdout(`\n${paint(bold)(`${scene.name}: ${scene.title}`)}\n\n`);
    const { checks, ms } = await play(scene, (who, line) => {
      const left = who === "" ? "" : paint(cyan)(`${who.padEnd(16)} | `);
      io.stdout(`  ${left}${line}\n`);
    });
    io.stdout("\n");
    const notice = wrapped(`Notice: ${scene.notice}.`, { columns: (io.columns ?? Infinity) - 2 });
    for (const line of notice) io.stdout(`  ${paint(dim)(line)}\n`);
    for (const [at, { what, ok }] of checks.entries()) {
      if (!ok) failures++;
      const result = ok ? "ok" : "FAILED";
      rows.push([at === 0 ? scene.name : "", what, result, at === 0 ? `${ms} ms` : ""]);
    }
  }
  const table = columns([["SCENE", "WHAT WAS CHECKED", "RESULT", "TIME"], ...rows], {
    columns: Infinity,
  });
  io.stdout(`\n${table}\n`);
  const total = `${rows.length - failures} checks passed, ${failures} failed`;
  io.stdout(`${paint(failures === 0 ? green : red)(total)}\n`);
  return await finish(failures === 0 ? EXIT_DONE : EXIT_FAILED);
}

function help(): string {
  const rows = scenes.map(({ name, title }) => [name, title]);
  return `The tour starts every server on a free port, and shows what it says to its client.

Usage: ${TOUR_COMMAND} [SCENE]...

Scenes, all of them where none is named:
${columns(rows)}
Options:
${columns([["-h, --help", "Print this help"], ["-v, --version", "Print the version"]])}`;
}

async function play(
  scene: Scene,
  tell: (who: string, line: string) => void,
): Promise<{ checks: readonly Check[]; ms: number }> {
  const start = performance.now();
  const stage = new Stage(tell);
  try {
    await scene.play(stage);
  } catch (error) {
    stage.check(error instanceof Error ? error.message : String(error), false);
  } finally {
    await stage.clear();
  }
  return { checks: stage.checks, ms: Math.round(performance.now() - start) };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
