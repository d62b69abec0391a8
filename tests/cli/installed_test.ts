import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../cli/version.ts";
import { inFolder } from "../contract/folder.ts";
import { ROOT } from "../runtime.ts";
import { Child, type ChildOptions, type Ran } from "./child.ts";

interface Config {
  readonly imports: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
}

async function readConfig(path: string): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
}

/** Runs a command in a folder. */
async function runIn(
  folder: string,
  command: readonly string[],
  options: ChildOptions = {},
): Promise<Ran> {
  await using child = new Child(command, { stdin: "", ...options, via: ["env", "-C", folder] });
  const code = await child.ended;
  return { code, stdout: child.stdout.text, stderr: child.stderr.text };
}

Deno.test("links/install.json names what the programs import, in the versions of deno.json", async () => {
  const { imports } = await readConfig("deno.json");
  const installed = await readConfig("links/install.json");
  for (const [name, target] of Object.entries(installed.imports)) {
    if (!target.startsWith("./")) assertEquals(target, imports[name]);
    else assert((await Deno.stat(new URL(`links/${target}`, ROOT))).isFile);
  }
});

Deno.test("deno task install makes a command that runs from anywhere", {
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const { tasks } = await readConfig("deno.json");
    const { stdout } = await runIn(folder, [Deno.execPath(), "info", "--json"]);
    // An empty home, but for what is downloaded already.
    const env = {
      HOME: folder,
      DENO_DIR: JSON.parse(stdout).denoDir,
      DENO_INSTALL_ROOT: `${folder}/.deno`,
      DENO_NO_UPDATE_CHECK: "1",
    };
    const [deno, ...install] = (tasks["install"]?.command ?? "").split(" ");
    assertEquals(deno, "deno");
    const made = await runIn(new URL(ROOT).pathname, [Deno.execPath(), ...install], { env });
    assertEquals(made.code, 0, made.stderr);
    const parley = `${folder}/.deno/bin/parley`;
    const path = `${new URL(".", `file://${Deno.execPath()}`).pathname}:${Deno.env.get("PATH")}`;
    const ran = { env: { ...env, PATH: path } };
    const version = await runIn(folder, [parley, "--version"], ran);
    assertEquals(version, { code: 0, stdout: `parley ${VERSION}\n`, stderr: "" });
    await Deno.writeTextFile(`${folder}/x`, "");
    const sent = await runIn(folder, [parley, "files", "x", "-p", "1"], ran);
    assertMatch(sent.stderr, /^files: Cannot connect to 127\.0\.0\.1:1: nobody listens there; /);
  }));

Deno.test("deno task parley takes paths from where the person is", {
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const place = `${folder}/with space`;
    await Deno.mkdir(place);
    await Deno.writeTextFile(`${place}/x`, "");
    const task = [
      Deno.execPath(),
      "task",
      "--quiet",
      "--config",
      new URL("deno.json", ROOT).pathname,
    ];
    // Somebody who started the tests through a task has another one of it.
    const env = { INIT_CWD: place };
    const there = await runIn(place, [...task, "parley", "files", "x", "-p", "1"], { env });
    assertMatch(there.stderr, /^files: Cannot connect to 127\.0\.0\.1:1: nobody listens there; /);
    const missing = await runIn(place, [...task, "parley", "files", "y", "-p", "1"], { env });
    assertMatch(missing.stderr, /^y is left out: there is no such file\n/);
    assertEquals([there.code, missing.code], [1, 1]);
  }));
