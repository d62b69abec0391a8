import { assertEquals } from "@std/assert";
import { runCommand } from "../../runtime.ts";
import { run } from "../../cli/child.ts";
import { needsScript, typedCommand } from "../../cli/terminal.ts";

/** Without any permission. */
const COMMAND = runCommand("tests/transfer/report/children/progress.ts");

for (
  const [columns, bar] of [
    [40, "  0% 0/1000 B"],
    [70, `  0% ${"░".repeat(10)} 0/1000 B`],
  ] as const
) {
  Deno.test({
    name: `Progress draws on a terminal when that has ${columns} columns (needs script)`,
    ...needsScript,
    fn: async () => {
      const typed = `stty cols ${columns}; ${typedCommand(COMMAND)}`;
      const { code, stdout } = await run(["script", "-qec", typed, "/dev/null"]);
      assertEquals(code, 0);
      const drawn = stdout.replaceAll("\x1b", "␛").replace(/^.*?(?=\r {2}0%)/s, "");
      assertEquals(drawn, `\r${bar}␛[K\r␛[Kabove\r\nover\r\n`);
    },
  });
}

for (const TERM of ["dumb", "unknown", ""]) {
  Deno.test({
    name: `Progress draws nothing when TERM is '${TERM}' (needs script)`,
    ...needsScript,
    fn: async () => {
      const command = runCommand("tests/transfer/report/children/progress.ts", {
        flags: ["--allow-env=TERM"],
      });
      const script = ["script", "-qec", typedCommand(command), "/dev/null"];
      const { code, stdout } = await run(script, { env: { TERM } });
      assertEquals([code, stdout], [0, "above\r\nover\r\n"]);
    },
  });
}

Deno.test("Progress draws nothing when stderr is a pipe", async () => {
  assertEquals(await run(COMMAND), { code: 0, stdout: "above\nover\n", stderr: "" });
});
