import { bundle, ROOT } from "./bundle.ts";
import { file, type Site } from "./site.ts";

/** Test files of codec/ that cannot run in a page, and why. */
export const DENO_ONLY: Readonly<Record<string, string>> = {
  "deflate_test.ts": "needs node:zlib",
  "hashing_test.ts": "needs node:crypto",
  "purity_test.ts": "reads the TypeScript sources",
  "websocket/compression_memory_alone_test.ts": "needs node:zlib",
  "websocket/compression_test.ts": "needs node:zlib",
};

/** Returns the names of codec/'s test files. */
export function codecTests(): string[] {
  return [...filesIn("")].filter((name) => name.endsWith("_test.ts")).toSorted();
}

function* filesIn(room: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`tests/codec/${room}`, ROOT))) {
    if (isDirectory) yield* filesIn(`${room}${name}/`);
    else yield `${room}${name}`;
  }
}

/** Returns the names of those that run in a page; what is long in Deno is not run once more here. */
export function pageTests(): string[] {
  return codecTests().filter((name) =>
    !Object.hasOwn(DENO_ONLY, name) && !name.endsWith("_long_test.ts")
  );
}

/** Returns the site whose page runs these tests of codec/. */
export async function suiteSite(names: readonly string[]): Promise<Site> {
  const loaders = names.map((name) =>
    `${JSON.stringify(name)}: () => import("./tests/codec/${name}"),`
  );
  const { code } = await bundle(
    `import { showSuite } from "./tests/browser/page/show.ts";
    export const results = showSuite({
      files: { ${loaders.join("\n")} },
      denoOnly: ${JSON.stringify(DENO_ONLY)},
    });`,
    { tests: true },
  );
  const page = new URL("page/", import.meta.url);
  const html = await Deno.readTextFile(new URL("suite.html", page));
  const css = await Deno.readTextFile(new URL("suite.css", page));
  return {
    "/": () => file("html", html, { wasm: true }),
    "/suite.css": () => file("css", css),
    "/suite.js": () => file("js", code),
  };
}
