import { assertEquals } from "@std/assert";
import { run } from "../cli/child.ts";
import { runCommand } from "../runtime.ts";
import type { TestResult } from "./reporter.ts";

Deno.test("the runner for Bun says what became of each case, and ends with 1 when one failed", async () => {
  const command = runCommand("tests/node/children/own_runner.ts", { flags: ["--allow-env"] });
  const { code, stdout, stderr } = await run(command, { env: { PARLEY_TEST_REPORT: "" } });
  assertEquals([code, stderr], [1, ""]);
  const results: TestResult[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    results.map(({ name, outcome, error }) => `${outcome}: ${name}: ${error.split("\n")[0]}`),
    [
      "passed: passes, some turns later: ",
      "ignored: is ignored: ",
      "passed: runs behind those before it: ",
      "failed: throws: Error: thrown",
      "failed: leaves a rejection: Error: left alone",
      "failed: has a step that fails: step broken: Error: in a step",
      "passed: passes when others failed: ",
      "failed: waits for what will not come: Error: The process ended while the case waited",
    ],
  );
});
