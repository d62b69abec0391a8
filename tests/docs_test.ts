import { assert, assertEquals } from "@std/assert";
import { documents, generated } from "../docs/generate.ts";
import type { ErrorCode } from "../mod.ts";

const root = new URL("../", import.meta.url);

for (const document of documents) {
  Deno.test(`${document} has the tables and numbers that deno task docs writes`, async () => {
    const text = await Deno.readTextFile(new URL(document, root));
    assert(text === await generated(document), `${document} is stale: run deno task docs`);
  });
}

/** Every code, once; the compiler holds the keys to the union. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  "bad-checksum": true,
  "bad-json": true,
  "bad-length": true,
  "bad-message": true,
  "bad-utf8": true,
  "connection-closed": true,
  "connection-cut": true,
  "connection-reset": true,
  "deadline-passed": true,
  "delimiter-inside": true,
  "limit-exceeded": true,
  "unexpected-end": true,
};

Deno.test("docs/errors.md has a paragraph for every error code and for no other", async () => {
  const text = await Deno.readTextFile(new URL("docs/errors.md", root));
  const listed = Array.from(text.matchAll(/^- `([a-z0-9-]+)`:/gm), ([, code]) => code ?? "");
  assertEquals(listed.toSorted(), Object.keys(CODES).toSorted());
});

Deno.test("every link in the documents leads to a file", async () => {
  const pages = [...documents, "CONTRIBUTING.md", "DEPENDENCIES.md", "docs/errors.md"];
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, root));
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      assert((await Deno.stat(new URL(target, new URL(page, root)))).isFile, `${page}: ${target}`);
    }
    for (const [, path = ""] of text.matchAll(/`((?:codec|net|program)\/[a-z_]+\.ts)`/g)) {
      assert((await Deno.stat(new URL(path, root))).isFile, `${page}: ${path}`);
    }
  }
});

Deno.test("CI runs the test command that the README opens with", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const [, block = ""] = /```sh\n([^`]+)```/.exec(readme) ?? [];
  const [tour = "", test = ""] = block.split("\n");
  const ci = await Deno.readTextFile(new URL(".ci/run", root));
  assert(test.endsWith("task test") && ci.includes(`\n${test} `), test);
  assert(tour.endsWith("task tour") && ci.includes(`\n${tour} `), tour);
});
