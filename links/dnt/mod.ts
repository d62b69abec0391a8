/**
 * The part of `@deno/dnt` that this project uses, for where JSR cannot be reached: `build` and `emptyDir` by the
 * genuine names, on npm's TypeScript. What it does not know, it refuses.
 *
 * @module
 */
import { globSync } from "node:fs";
import { compile, transpile, writeFile } from "./compile.ts";
import { Graph, type Module, packagesOf } from "./graph.ts";
import { type BuildOptions, type EntryPoint, refuseUnsupported } from "./options.ts";
import { packageJson } from "./package_json.ts";
import { Resolver } from "./resolve.ts";
import { POLYFILLS, relative, shimsModule, transform } from "./transform.ts";

export type * from "./options.ts";

const SHIMS = "_dnt.shims.ts";
const TEST_SHIMS = "_dnt.test_shims.ts";

/** Builds an npm package. */
export async function build(options: BuildOptions): Promise<void> {
  refuseUnsupported(options);
  const root = folderUrl(options.cwd ?? ".", folderUrl(Deno.cwd(), "file:///"));
  const out = pathOf(folderUrl(options.outDir, root)).replace(/\/$/, "");
  const test = options.test ?? true;

  log("Transforming...");
  const sources = collect({ ...options, test }, root);
  writeFile(`${out}/package.json`, sources.packageJson);
  if (!options.skipNpmInstall) await npm(["install"], out);

  log(`Compiling ${sources.files.size} files...`);
  compile(sources.files, {
    ...options.compilerOptions,
    sourceDir: `${out}/src`,
    outDir: `${out}/esm`,
    typesDir: `${out}/node_modules/@types`,
    filterDiagnostic: options.filterDiagnostic ?? (() => true),
  });
  for (const [path, text] of sources.files) {
    if (!options.skipSourceOutput) writeFile(`${out}/src/${path}`, text);
    if (path.endsWith(".d.ts")) writeFile(`${out}/esm/${path}`, text);
  }
  for (const [path, text] of sources.untyped) {
    const javaScript = transpile(text, options.compilerOptions ?? {});
    writeFile(`${out}/esm/${path.replace(/\.ts$/, ".js")}`, javaScript);
  }
  await options.postBuild?.();
  if (test) await npm(["run", "test"], out);
}

/** Makes a folder, or removes all that is in it. */
export async function emptyDir(dir: string | URL): Promise<void> {
  try {
    await Deno.remove(dir, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(dir, { recursive: true });
}

/** What goes into the compiler, by its path from the root. */
interface Sources {
  readonly files: Map<string, string>;
  /** Modules whose types were written by hand: these are among `files`, the modules are not. */
  readonly untyped: Map<string, string>;
  readonly packageJson: string;
}

function collect(options: BuildOptions, root: string): Sources {
  const { custom = [], customDev = [] } = options.shims;
  const resolver = new Resolver(root, options.mappings ?? {});
  const graph = new Graph(resolver, root);
  const url = (file: string) => new URL(file, root).href;
  const entries = options.entryPoints.map(entryPoint);
  const modules = graph.add(
    [...entries, ...custom.map(({ module }) => ({ path: module }))]
      .map(({ path }) => url(path)),
  );
  const testModules = options.test
    ? graph.add([...testFiles(options, root), ...customDev.map(({ module }) => url(module))])
    : [];
  if (resolver.unused.length > 0) {
    throw new Error(`Remove mappings that nothing imports: ${resolver.unused.join(", ")}`);
  }

  const files = new Map<string, string>();
  const untyped = new Map<string, string>();
  const commands = new Set(
    entries.filter(({ kind }) => kind === "bin").map(({ path }) => url(path)),
  );
  for (
    const [group, shims, path] of [
      [modules, custom, SHIMS],
      [testModules, [...custom, ...customDev], TEST_SHIMS],
    ] as const
  ) {
    const globals = new Set(shims.flatMap(({ globalNames }) => globalNames));
    for (const module of group) {
      const result = transform(module, { pathOf: (to) => graph.pathOf(to), globals, shims: path });
      const text = commands.has(module.url) ? `#!/usr/bin/env node\n${result.text}` : result.text;
      add({ files, untyped }, { module, text });
      const toShim = (file: string) => relative(path, graph.pathOf(url(file)));
      if (result.shimmed) files.set(path, shimsModule(shims, toShim));
      if (result.asksForMain) files.set(POLYFILLS, polyfills());
    }
  }
  const dependencies = packagesOf(modules);
  const emitted = entries.map((entry) => ({
    ...entry,
    javaScript: `./esm/${graph.pathOf(url(entry.path)).replace(/\.ts$/, ".js")}`,
  }));
  return {
    files,
    untyped,
    packageJson: packageJson({
      given: options.package,
      entries: emitted,
      dependencies,
      devDependencies: packagesOf(testModules)
        .filter(({ name }) => dependencies.every((one) => one.name !== name)),
    }),
  };
}

function add(
  { files, untyped }: Omit<Sources, "packageJson">,
  { module, text }: { module: Module; text: string },
): void {
  if (module.types === undefined) {
    files.set(module.path, text);
    return;
  }
  untyped.set(module.path, text);
  files.set(module.path.replace(/\.ts$/, ".d.ts"), Deno.readTextFileSync(new URL(module.types)));
}

function entryPoint(entry: string | EntryPoint, at: number): EntryPoint {
  if (typeof entry !== "string") return entry;
  return { name: at === 0 ? "." : entry.replace(/\.ts$/, ".js"), path: entry };
}

function testFiles(
  { rootTestDir = ".", testPattern = "**/*_test.ts" }: BuildOptions,
  root: string,
) {
  const folder = folderUrl(rootTestDir, root);
  const exclude = (name: string) => name === "node_modules" || name === "npm";
  return globSync(testPattern, { cwd: pathOf(folder), exclude }).sort()
    .map((path) => new URL(path, folder).href);
}

function polyfills(): string {
  return Deno.readTextFileSync(new URL("main_module.ts", import.meta.url));
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const command = `npm ${args.join(" ")}`;
  log(`Running ${command}...`);
  const { success, code } = await new Deno.Command("npm", { args: [...args], cwd }).spawn().status;
  if (!success) {
    throw new Error(`Look above for why "${command}" failed: it ended with code ${code}`);
  }
}

function folderUrl(path: string, base: string): string {
  return new URL(path.endsWith("/") ? path : `${path}/`, base).href;
}

function pathOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname);
}

function log(message: string): void {
  console.log(`[dnt] ${message}`);
}
