import { assertEquals } from "@std/assert";
import { runCommand } from "../../runtime.ts";
import { installed, run } from "../../cli/child.ts";

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
    ignore: !installed("script"),
    fn: async () => {
      const typed = `stty cols ${columns}; ${COMMAND.map((word) => `'${word}'`).join(" ")}`;
      const { code, stdout } = await run(["script", "-qec", typed, "/dev/null"]);
      assertEquals(code, 0);
      const drawn = stdout.replaceAll("\x1b", "␛").replace(/^.*?(?=␛\[1G)/s, "");
      assertEquals(
        drawn.replace(/(␛\[1G)+/g, "␛[1G"),
        `␛[1G${bar}␛[0K\r␛[Kabove\r\n␛[1G␛[0Jover\r\n`,
      );
    },
  });
}

Deno.test("Progress draws nothing when stderr is a pipe", async () => {
  assertEquals(await run(COMMAND), { code: 0, stdout: "above\nover\n", stderr: "" });
});
