import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { columns, commandOf, helpOf, parleyCommandOf, usageOf } from "../../program/help.ts";
import { flagOf } from "../../program/options.ts";
import { VERSION } from "../../program/version.ts";
import { programs } from "../../programs.ts";
import { headerCommand, ROOT } from "./child.ts";

for (const program of programs) {
  const { kind, name, options } = program;
  const file = `${kind}s/${name}.ts`;

  Deno.test(`${name} ${kind} lists every option when it prints its help`, () => {
    const help = helpOf(program);
    for (const [option, { description, fallbackText, placeholder }] of Object.entries(options)) {
      const typed = placeholder ? `${flagOf(option)} ${placeholder}` : flagOf(option);
      const line = help.split("\n").find((line) => line.startsWith(`  ${typed} `));
      assert(line !== undefined, `${typed} is missing`);
      assertStringIncludes(line, description);
      if (fallbackText) assertStringIncludes(line, `(default ${fallbackText})`);
    }
    for (const flag of ["--help", "--version"]) assertStringIncludes(help, `  ${flag} `);
    for (const line of help.split("\n")) assertEquals(line, line.trimEnd());
  });

  Deno.test(`${name} ${kind} has the command of its help in its file's header`, () => {
    assertEquals(
      ["deno run", ...headerCommand(file).slice(0, 2)].join(" "),
      commandOf(program),
    );
    assertStringIncludes(usageOf(program), `  ${commandOf(program)} [options]`);
    assertStringIncludes(usageOf(program), `  ${parleyCommandOf(program)} [options]`);
  });

  Deno.test(`${name} ${kind} names its partner's command when it says how to try it`, () => {
    assertStringIncludes(program.tryIt, String(program.defaultPort));
  });

  Deno.test(`${name} ${kind} says nothing and listens nowhere when it is imported`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", file, "--version"],
      cwd: ROOT,
    }).output();
    // Without any permission: all that it does before it reads its command line it may do.
    assertEquals(code, 0);
    assertEquals(new TextDecoder().decode(stdout), `${name} ${VERSION}\n`);
    assertEquals(new TextDecoder().decode(stderr), "");
  });
}

Deno.test("VERSION is the package's when deno.json says it", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
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
