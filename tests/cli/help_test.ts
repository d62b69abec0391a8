import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commandOf } from "../../cli/commands.ts";
import { columns, helpOf, usageOf } from "../../cli/help.ts";
import { parseOptions } from "../../cli/command_line.ts";
import { flagOf, typedAs } from "../../cli/options.ts";
import { startCommandsOf } from "../../cli/start_commands.ts";
import { VERSION } from "../../cli/version.ts";
import { main, programs } from "../../cli.ts";
import { onNode, ROOT, runCommand } from "../runtime.ts";
import { calledUrl } from "./called_url.ts";
import { headerCommand, run } from "./child.ts";
import { keptIo } from "./kept_io.ts";

for (const { kind, name, options } of programs) {
  Deno.test(`the flags of the ${name} ${kind} can be typed as the help shows them`, () => {
    for (const [option, { placeholder }] of Object.entries(options)) {
      if (placeholder !== undefined) continue;
      const { values, given } = parseOptions([flagOf(option)], options);
      assertEquals([option, values[option], [...given]], [option, true, [option]]);
    }
  });
}

for (const program of programs) {
  const { kind, name, options } = program;
  const file = `${kind}s/${name}.ts`;

  Deno.test(`${name} ${kind} lists every option when it prints its help`, () => {
    // One line for all of an option, however long.
    const help = helpOf(program, 10_000);
    for (const [name, option] of Object.entries(options)) {
      const { description, fallbackText } = option;
      const typed = typedAs(name, option);
      const at = help.indexOf(`\n  ${typed}`);
      assert(at >= 0, `${typed} is missing`);
      const said = help.slice(at + 1).split(/\n(?= {2}-|\n)/, 1)[0] ?? "";
      assertStringIncludes(said, description);
      if (fallbackText) assertStringIncludes(said, `(default ${fallbackText})`);
    }
    for (const flag of ["-h, --help", "-v, --version"]) assertStringIncludes(help, `  ${flag} `);
    for (const line of help.split("\n")) assertEquals(line, line.trimEnd());
  });

  Deno.test(`${name} ${kind} prints no line of its help past 80 columns, or as many as there are`, () => {
    const longest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
    const help = helpOf(program);
    assert(longest(help) <= 80, help);
    assert(longest(usageOf(program)) <= 80);
    // No word is broken: the words are the same whatever the width.
    const words = (text: string) => text.replaceAll("\\\n", "").split(/\s+/).join(" ");
    for (const columns of [60, 100, 200]) {
      const other = helpOf(program, columns);
      assertEquals(words(other), words(help));
      if (columns > 60) assert(longest(other) <= columns, other);
    }
  });

  Deno.test(`${name} ${kind} has the command of its help in its file's header`, () => {
    const command = headerCommand(file);
    assertEquals(
      ["deno run", ...command.slice(0, command.indexOf(file) + 1)].join(" "),
      commandOf(program),
    );
    for (const command of startCommandsOf(program)) {
      assertStringIncludes(usageOf(program, 10_000), `  ${command} [options]`);
    }
  });

  Deno.test(`${name} ${kind} names its partner's command when it says how to try it`, () => {
    const [command] = startCommandsOf(program);
    const [url] = calledUrl(name, { port: program.defaultPort }) ?? [];
    const partner = kind === "server"
      ? String(program.defaultPort)
      : url === undefined
      ? `| ${command}`
      : `${command} ${url}`;
    assertStringIncludes(helpOf(program, 10_000), partner);
  });
}

Deno.test("parley prints no line of its help past 80 columns, or as many as the terminal has", async () => {
  for (const columns of [undefined, 80, 120]) {
    const io = keptIo({ columns });
    assertEquals(await main(["--help"], io), 0);
    const lines = io.out.join("").split("\n");
    assert(lines.every((line) => line.length <= (columns ?? 80)), lines.join("\n"));
  }
});

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
  assertEquals(columns([["a"]], { indent: "> " }), "> a\n");
  assertEquals(columns([]), "");
});

Deno.test("columns breaks the last cell between words when it does not fit", () => {
  const rows = [["--flag", "says what it does in some words"], ["-x", "is short"]];
  assertEquals(
    columns(rows, { columns: 36 }),
    [
      "  --flag  says what it does in some\n",
      "          words\n",
      "  -x      is short\n",
    ].join(""),
  );
});

Deno.test("columns sets the last cell below the others when it has no room beside them", () => {
  const rows = [["a".repeat(20), "says what it does in some words"]];
  assertEquals(
    columns(rows, { columns: 30 }),
    `  ${"a".repeat(20)}\n      says what it does in\n      some words\n`,
  );
});
