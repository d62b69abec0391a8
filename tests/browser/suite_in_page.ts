import { assert, assertEquals } from "@std/assert";
import { visit } from "./chromium.ts";
import type { CaseResult } from "./page/harness.ts";
import { suiteSite } from "./suite.ts";

/** What tests did in a page. */
export interface PageRun {
  readonly results: readonly CaseResult[];
  /** Chromium's version. */
  readonly version: string;
}

/** Runs these tests of codec/ in a page, and fails where one of them fails, or a file of them did not run. */
export async function assertPassInPage(names: readonly string[]): Promise<PageRun> {
  let run: PageRun | undefined;
  await visit(await suiteSite(names), async ({ page, version }) => {
    const results = await page.evaluate<CaseResult[]>(
      "import('/suite.js').then(({ results }) => results)",
    );
    run = { results, version };
  });
  assert(run, "the page was not visited");
  const failed = run.results.filter(({ outcome }) => outcome === "failed");
  const texts = failed.map(({ file, name, message }) => `${file}: ${name}: ${message}`);
  assert(texts.length === 0, texts.join("\n"));
  for (const name of names) {
    const passed = run.results.some(({ file, outcome }) => file === name && outcome === "passed");
    assert(passed, `nothing of ${name} passed`);
  }
  assertEquals([...new Set(run.results.map(({ file }) => file))], names);
  return run;
}
