// What the tests in a browser stand on. What deno.json imports is fetched before any task runs, the tour too; so these
// large packages are named here alone, and locked in tests/deno.lock.
// deno-lint-ignore-file no-import-prefix

export * as esbuild from "npm:esbuild@0.28.2";
export type { BrowserContext, JSHandle, Page } from "npm:playwright-core@1.65.1";

/** The package that drives Chromium. */
export type Playwright = typeof import("npm:playwright-core@1.65.1");

/** Loads it, which looks at the system. */
export async function loadPlaywright(): Promise<Playwright> {
  return await import("npm:playwright-core@1.65.1");
}
