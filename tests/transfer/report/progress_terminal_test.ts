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
      const drawn = stdout.replaceAll("\x1b", "␛").replace(/^.*?(?=\r {2}0%)/s, "");
      assertEquals(drawn, `\r${bar}␛[K\r␛[Kabove\r\nover\r\n`);
    },
  });
}

for (const TERM of ["dumb", "unknown", ""]) {
  Deno.test({
    name: `Progress draws nothing when TERM is '${TERM}' (needs script)`,
    ignore: !installed("script"),
    fn: async () => {
      const command = runCommand("tests/transfer/report/children/progress.ts", {
        flags: ["--allow-env=TERM"],
      });
      const typed = command.map((word) => `'${word}'`).join(" ");
      const options = { env: { TERM } };
      const { code, stdout } = await run(["script", "-qec", typed, "/dev/null"], options);
      assertEquals([code, stdout], [0, "above\r\nover\r\n"]);
    },
  });
}

Deno.test("Progress draws nothing when stderr is a pipe", async () => {
  assertEquals(await run(COMMAND), { code: 0, stdout: "above\nover\n", stderr: "" });
});
