import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commandOf } from "../../cli/commands.ts";
import { columns, helpOf, usageOf } from "../../cli/help.ts";
import { typedAs } from "../../cli/options.ts";
import { startCommandsOf } from "../../cli/start_commands.ts";
import { VERSION } from "../../cli/version.ts";
import { programs } from "../../cli.ts";
import { onNode, ROOT, runCommand } from "../runtime.ts";
import { headerCommand, run } from "./child.ts";

for (const program of programs) {
  const { kind, name, options } = program;
  const file = `${kind}s/${name}.ts`;

  Deno.test(`${name} ${kind} lists every option when it prints its help`, () => {
    const help = helpOf(program);
    for (const [name, option] of Object.entries(options)) {
      const { description, fallbackText } = option;
      const typed = typedAs(name, option);
      const line = help.split("\n").find((line) => line.startsWith(`  ${typed} `));
      assert(line !== undefined, `${typed} is missing`);
      assertStringIncludes(line, description);
      if (fallbackText) assertStringIncludes(line, `(default ${fallbackText})`);
    }
    for (const flag of ["-h, --help", "-v, --version"]) assertStringIncludes(help, `  ${flag} `);
    for (const line of help.split("\n")) assertEquals(line, line.trimEnd());
  });

  Deno.test(`${name} ${kind} has the command of its help in its file's header`, () => {
    const command = headerCommand(file);
    assertEquals(
      ["deno run", ...command.slice(0, command.indexOf(file) + 1)].join(" "),
      commandOf(program),
    );
    for (const command of startCommandsOf(program)) {
      assertStringIncludes(usageOf(program), `  ${command} [options]`);
    }
  });

  Deno.test(`${name} ${kind} names its partner's command when it says how to try it`, () => {
    const partner = kind === "server"
      ? String(program.defaultPort)
      : `| ${startCommandsOf(program)[0]}`;
    assertStringIncludes(helpOf(program), partner);
  });
}

Deno.test("every program says nothing and listens nowhere when it is imported", async () => {
  // Without any permission: what they did on import would fail, or keep the process running.
  assertEquals(await run(runCommand("tests/cli/children/import_programs.ts")), {
    code: 0,
    stdout: programs.map(({ kind, name }) => `${kind} ${name}\n`).join(""),
    stderr: "",
  });
});

Deno.test("commandOf gives permissions behind the network's when a program has more", () => {
  const [program] = programs;
  assert(program !== undefined);
  const { kind, name, defaultPort } = program;
  const permissions = ["--allow-read=inbox", "--allow-write=inbox"];
  assertEquals(
    commandOf({ ...program, permissions }),
    `deno run --allow-net=127.0.0.1:${defaultPort} --allow-read=inbox --allow-write=inbox ` +
      `${kind}s/${name}.ts`,
  );
});

Deno.test("VERSION is the package's when deno.json or package.json says it", async () => {
  const file = new URL(onNode ? "../package.json" : "deno.json", ROOT);
  const { version } = JSON.parse(await Deno.readTextFile(file));
  assertEquals(VERSION, version);
});

Deno.test("columns aligns cells when rows differ in length", () => {
  assertEquals(
    columns([["a", "bb", "c"], ["aaa", "b"], ["x", "", "y"]]),
    [
      "  a    bb  c\n",
      "  aaa  b\n",
      "  x        y\n",
    ].join(""),
  );
  assertEquals(columns([["a"]], "> "), "> a\n");
  assertEquals(columns([]), "");
});
