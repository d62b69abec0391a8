import { BUNDLES } from "./bundle.ts";
import { CHROMIUM } from "./chromium.ts";
import type { CaseResult } from "./page/harness.ts";
import { DENO_ONLY, pageTests } from "./suite.ts";
import { assertPassInPage } from "./suite_in_page.ts";

Deno.test("every codec test passes when it runs in a page (needs chromium)", {
  ...BUNDLES,
  ignore: CHROMIUM === undefined,
}, async () => {
  const { results, version } = await assertPassInPage(pageTests());
  await writeSummary(results, version);
});

/** Writes what the table of runtimes says of Chromium, where that is asked for. */
async function writeSummary(results: readonly CaseResult[], version: string): Promise<void> {
  const folder = Deno.env.get("PARLEY_TEST_RESULTS_DIR");
  if (!folder) return;
  const count = (wanted: CaseResult["outcome"]) =>
    results.filter(({ outcome }) => outcome === wanted).length;
  const summary = {
    runtime: "Chromium",
    version,
    files: new Set(results.map(({ file }) => file)).size,
    passed: count("passed"),
    failed: count("failed"),
    ignored: reasons(results.filter(({ outcome }) => outcome === "ignored")),
    denoOnly: Object.entries(DENO_ONLY).map(([file, reason]) => ({ file, reason })),
  };
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/chromium.json`, `${JSON.stringify(summary, null, 2)}\n`);
}

function reasons(ignored: readonly CaseResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { message = "" } of ignored) counts[message] = (counts[message] ?? 0) + 1;
  return counts;
}
