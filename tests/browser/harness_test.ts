import { assertEquals, assertThrows } from "@std/assert";
import { type CaseResult, runFiles } from "./page/harness.ts";
import { denoTest } from "./page/stand_in.ts";

Deno.test("runFiles() says of each case how it ended", async () => {
  const told: CaseResult[] = [];
  const results = await runFiles({
    "a_test.ts": async () => {
      await Promise.resolve();
      denoTest("passes", () => {});
      denoTest("passes later", { ignore: false }, () => Promise.resolve());
      denoTest("throws", () => {
        throw new TypeError("\x1b[31mred\x1b[39m");
      });
    },
    "b_test.ts": async () => {
      await Promise.resolve();
      denoTest("rejects", () => Promise.reject("no"));
      denoTest("is ignored (needs luck)", { ignore: true }, () => {});
      denoTest("is ignored", { ignore: true }, () => {});
    },
  }, { onResult: (one) => told.push(one) });
  assertEquals(results, [
    { file: "a_test.ts", name: "passes", outcome: "passed" },
    { file: "a_test.ts", name: "passes later", outcome: "passed" },
    { file: "a_test.ts", name: "throws", outcome: "failed", message: "TypeError: red" },
    { file: "b_test.ts", name: "rejects", outcome: "failed", message: "no" },
    {
      file: "b_test.ts",
      name: "is ignored (needs luck)",
      outcome: "ignored",
      message: "needs luck",
    },
    { file: "b_test.ts", name: "is ignored", outcome: "ignored", message: "no reason given" },
  ]);
  assertEquals(told, results);
});

Deno.test("runFiles() goes on with the next file when one cannot be loaded", async () => {
  const results = await runFiles({
    "a_test.ts": () => {
      denoTest("is never run", () => {});
      return Promise.reject(new TypeError("gone"));
    },
    "b_test.ts": async () => {
      await Promise.resolve();
      denoTest("passes", () => {});
    },
  });
  assertEquals(results, [
    {
      file: "a_test.ts",
      name: "the file is loaded",
      outcome: "failed",
      message: "TypeError: gone",
    },
    { file: "b_test.ts", name: "passes", outcome: "passed" },
  ]);
});

Deno.test("runFiles() says that a case failed when it does not end", async () => {
  const [result] = await runFiles({
    "a_test.ts": async () => {
      await Promise.resolve();
      denoTest("waits", () => new Promise(() => {}));
    },
  }, { limitMs: 1 });
  assertEquals([result?.outcome, result?.message], ["failed", "Error: Did not end within 1 ms"]);
});

Deno.test("denoTest() throws when it is called in a form that it does not know", () => {
  // As a JavaScript caller would.
  const definition = { name: "form", fn: () => {} } as unknown as string;
  assertThrows(() => denoTest(definition, () => {}), TypeError);
});
