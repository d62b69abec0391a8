import { type BrowserContext, loadPlaywright, type Page, type Playwright } from "./packages.ts";
import { serveSite, type Site } from "./site.ts";

/** Where Chromium is; undefined where it is not installed. */
export const CHROMIUM: string | undefined = pathOf("chromium");

/** It draws nothing, and talks to nobody but the test. */
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page that a test visits. */
export interface Visit {
  readonly page: Page;
  /** Chromium's version. */
  readonly version: string;
}

/**
 * Opens a site's first page in Chromium.
 *
 * @throws {AggregateError} The page reported errors, on its console or as what nobody caught.
 */
export async function visit(site: Site, use: (visit: Visit) => Promise<void>): Promise<void> {
  await using server = serveSite(site);
  await visitUrl(`http://127.0.0.1:${server.addr.port}/`, use);
}

/** Opens a page in Chromium by its address, as {@linkcode visit} does. */
export async function visitUrl(url: string, use: (visit: Visit) => Promise<void>): Promise<void> {
  await using after = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "parley_chromium_" });
  after.defer(() => Deno.remove(folder, { recursive: true }));
  const context = await launch(folder);
  after.defer(() => context.close());

  const page = await context.newPage();
  const problems = watch(page);
  try {
    await page.goto(url);
    await use({ page, version: context.browser()?.version() ?? "" });
    // Its reports come in order: those from before this answer are here.
    await page.evaluate("0");
  } catch (error) {
    problems.unshift(error);
  }
  if (problems.length === 1 && problems[0] instanceof Error) throw problems[0];
  if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join("\n"));
}

async function launch(folder: string): Promise<BrowserContext> {
  const chromium = await driver();
  return await chromium.launchPersistentContext(`${folder}/profile`, {
    executablePath: CHROMIUM!,
    headless: true,
    // Its sandbox refuses to be started by root.
    chromiumSandbox: Deno.uid() !== 0,
    args: FLAGS,
    // What it keeps outside of its profile goes with the folder too.
    env: {
      ...Deno.env.toObject(),
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_CACHE_HOME: folder,
    },
  });
}

/** Loads Playwright. */
async function driver(): Promise<Playwright["chromium"]> {
  // On load it looks in /proc/sys for Windows, which no --allow-read allows; so is-wsl, inside of it, is told to wait.
  Deno.env.set("__IS_WSL_TEST__", "1");
  try {
    return (await loadPlaywright()).chromium;
  } finally {
    Deno.env.delete("__IS_WSL_TEST__");
  }
}

function watch(page: Page): unknown[] {
  const problems: unknown[] = [];
  page.on("pageerror", (error) => problems.push(error));
  page.on("crash", () => problems.push(new Error("The page crashed")));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    problems.push(new Error(`Console error: ${message.text()} (${message.location().url})`));
  });
  return problems;
}

function pathOf(command: string): string | undefined {
  const { stdout } = new Deno.Command("sh", { args: ["-c", 'command -v "$0"', command] })
    .outputSync();
  return new TextDecoder().decode(stdout).trim() || undefined;
}
