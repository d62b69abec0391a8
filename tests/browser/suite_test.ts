import { assert, assertRejects } from "@std/assert";
import { bundle, BUNDLES, ROOT } from "./bundle.ts";
import { CHROMIUM } from "./chromium.ts";
import { codecTests, DENO_ONLY } from "./suite.ts";
import { assertPassInPage } from "./suite_in_page.ts";

/** What of Deno no page has a stand-in for. */
const MORE_OF_DENO = /\bDeno\.(?!test\b)\w/;

/** A framing with text, limits and errors, and what needs WebAssembly; the others are in suite_long_test.ts. */
const SOME = ["checksum/crc32c_simd_test.ts", "lines_test.ts"];

Deno.test("some codec tests pass when they run in a page (needs chromium)", {
  ...BUNDLES,
  ignore: CHROMIUM === undefined,
}, async () => {
  await assertPassInPage(SOME);
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
