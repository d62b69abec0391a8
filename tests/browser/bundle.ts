import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
// Deno fetches what a module imports; the test files that are bundled are imported by none.
import "fast-check";
import { esbuild } from "./packages.ts";

/** The project's folder. */
export const ROOT = new URL("../../", import.meta.url);

/** For a test that bundles: esbuild is told to end, but nobody can wait until its process has ended. */
export const BUNDLES = { sanitizeOps: false, sanitizeResources: false } as const;

/** A program for the browser in one file. */
export interface Bundle {
  /** Its text. */
  readonly code: string;
  /** The files that it was made of, from the project's folder. */
  readonly inputs: readonly string[];
}

/** How a {@linkcode Bundle} is made. */
export interface BundleOptions {
  /** `Deno.test` is the one of page/stand_in.ts. @default false */
  tests?: boolean;
}

/** Makes one file of a module that stands in the project's folder, and of all that it imports. */
export async function bundle(
  source: string,
  { tests = false }: BundleOptions = {},
): Promise<Bundle> {
  const standIn = fileURLToPath(new URL("tests/browser/page/stand_in.ts", ROOT));
  try {
    const { outputFiles, metafile } = await esbuild.build({
      stdin: { contents: source, sourcefile: "entry.ts", loader: "ts", resolveDir: folder() },
      absWorkingDir: folder(),
      bundle: true,
      format: "esm",
      platform: "browser",
      charset: "utf8",
      legalComments: "none",
      logLevel: "silent",
      metafile: true,
      write: false,
      plugins: tests ? [withoutDeflate, resolver] : [resolver],
      ...(tests ? { inject: [standIn], define: { "Deno.test": "denoTest" } } : {}),
    });
    return { code: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) };
  } finally {
    await esbuild.stop();
  }
}

/** There is no node_modules: what is no path is found as Deno finds it. */
const resolver: esbuild.Plugin = {
  name: "deno",
  setup(build) {
    build.onResolve({ filter: /^[^./#]/ }, ({ path, importer }) => {
      if (path.startsWith("node:")) throw new Error(`${path} is not there in a browser`);
      // The project's modules end with .ts, those of packages with .js; a package imports by its own package.json.
      if (!importer.endsWith(".ts")) return { path: createRequire(importer).resolve(path) };
      return { path: fileURLToPath(import.meta.resolve(path)) };
    });
  },
};

/** What the tests of codec/ compress is left out in a page. */
const withoutDeflate: esbuild.Plugin = {
  name: "without-deflate",
  setup(build) {
    const standIn = fileURLToPath(new URL("tests/browser/page/no_deflate.ts", ROOT));
    build.onResolve({ filter: /\/codec\/deflate\.ts$/ }, () => ({ path: standIn }));
  },
};

function folder(): string {
  return fileURLToPath(ROOT);
}
