import { assert, assertEquals, assertRejects } from "@std/assert";
import { bundle, BUNDLES, ROOT } from "./bundle.ts";
import { CHROMIUM, visit } from "./chromium.ts";
import type { CaseResult } from "./page/harness.ts";
import { codecTests, DENO_ONLY, pageTests, suiteSite } from "./suite.ts";

/** What of Deno no page has a stand-in for. */
const MORE_OF_DENO = /\bDeno\.(?!test\b)\w/;

Deno.test("every codec test passes when it runs in a page (needs chromium)", {
  ...BUNDLES,
  ignore: CHROMIUM === undefined,
}, async () => {
  await visit(await suiteSite(), async ({ page, version }) => {
    const results = await page.evaluate<CaseResult[]>(
      "import('/suite.js').then(({ results }) => results)",
    );
    await writeSummary(results, version);
    const failed = results.filter(({ outcome }) => outcome === "failed");
    const texts = failed.map(({ file, name, message }) => `${file}: ${name}: ${message}`);
    assert(texts.length === 0, texts.join("\n"));
    assertEquals([...new Set(results.map(({ file }) => file))], pageTests());
    assert(results.some(({ outcome }) => outcome === "passed"));
  });
});

Deno.test(
  "a codec test is kept from the page only when it uses more than Deno.test and what a page has",
  BUNDLES,
  async () => {
    const names = codecTests();
    for (const name of Object.keys(DENO_ONLY)) {
      assert(names.includes(name), `${name} is gone`);
      const bundled = bundle(`import "./tests/codec/${name}";`, { tests: true });
      if (DENO_ONLY[name]?.startsWith("needs node:")) {
        await assertRejects(() => bundled, Error, "is not there in a browser");
        continue;
      }
      const { inputs } = await bundled;
      const own = inputs.filter((path) => path.startsWith("tests/codec/"));
      const texts = own.map((path) => Deno.readTextFileSync(new URL(path, ROOT)));
      assert(texts.some((text) => MORE_OF_DENO.test(text)), `${name} could run in a page`);
    }
  },
);

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
