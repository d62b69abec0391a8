import type { ts } from "./typescript.ts";

/** A file that users of the package import, or run. */
export interface EntryPoint {
  /** What the package offers it as. @default "export" */
  kind?: "bin" | "export";
  /** Its name among the exports, or the name of the command. */
  name: string;
  /** The file, from `cwd`. */
  path: string;
}

/** A local module that takes the place of globals. */
export interface ModuleShim {
  /** The file, from `cwd`; it exports each global under its name. */
  module: string;
  /** The globals. */
  globalNames: string[];
}

/** Which globals are replaced where. */
export interface ShimOptions {
  /** In the package and in its tests. */
  custom?: ModuleShim[];
  /** In its tests alone, for globals that `custom` does not name. */
  customDev?: ModuleShim[];
}

/** A module of an npm package. */
export interface MappedPackage {
  /** The package. */
  name: string;
  /** What package.json asks for; without it, the package is not among the dependencies. */
  version?: string;
  /** The module in the package. */
  subPath?: string;
}

/** What the compiler is told. */
export interface CompilerOptions {
  /** The ECMAScript that is emitted. @default "ES2021" */
  target?: "ES2021" | "ES2022" | "ES2023" | "Latest";
  /** The declarations that the code may use. @default those of `target` */
  lib?: string[];
}

/** The fields of package.json; every other one is taken over as it is. */
export interface PackageJson {
  /** The package's name. */
  name: string;
  /** Its version. */
  version: string;
  /** Entries here take the place of the ones that the entry points give. */
  exports?: Record<string, unknown>;
  /** Its scripts; `test` is what runs the tests. */
  scripts?: Record<string, string>;
  /** Packages beside the ones that the code imports. */
  dependencies?: Record<string, string>;
  /** Packages for the build and the tests, beside the ones that the tests import. */
  devDependencies?: Record<string, string>;
  /** Any other field. */
  [field: string]: unknown;
}

/** How a package is built; where there is no `@default`, there is nothing to choose. */
export interface BuildOptions {
  /** What the package offers. A string is a file: the first is the main export. */
  entryPoints: (string | EntryPoint)[];
  /** Where the package goes. */
  outDir: string;
  /** Which globals are replaced. */
  shims: ShimOptions;
  /** package.json. */
  package: PackageJson;
  /** The folder that paths start from, with its deno.json. @default the current one */
  cwd?: string;
  /** The output is type-checked once, before anything is emitted. @default "single" */
  typeCheck?: "single";
  /** Declarations stand beside the code. @default "inline" */
  declaration?: "inline";
  /** There is no CommonJS. */
  scriptModule: false;
  /** There are ES modules. @default true */
  esModule?: true;
  /** Compiles the test files too, and runs `npm run test` at the end. @default true */
  test?: boolean;
  /** Which files are tests, from `rootTestDir`. @default every file that ends with _test.ts */
  testPattern?: string;
  /** Where tests are looked for. @default cwd */
  rootTestDir?: string;
  /** Specifiers, and what stands in their place: a module of a package, or a local file. */
  mappings?: Record<string, MappedPackage | string>;
  /** Leaves out `npm install`. @default false */
  skipNpmInstall?: boolean;
  /** Leaves out src/, the TypeScript that is compiled. @default false */
  skipSourceOutput?: boolean;
  /** What the compiler is told. */
  compilerOptions?: CompilerOptions;
  /** Returns false for a diagnostic that is let pass. */
  filterDiagnostic?: (diagnostic: ts.Diagnostic) => boolean;
  /** Called when all is emitted, before the tests run. */
  postBuild?: () => void | Promise<void>;
}

/** The values that each option may have; `true` stands for any. */
const HONOURED: Record<keyof BuildOptions, true | readonly unknown[]> = {
  entryPoints: true,
  outDir: true,
  shims: true,
  package: true,
  cwd: true,
  typeCheck: ["single"],
  declaration: ["inline"],
  scriptModule: [false],
  esModule: [true],
  test: [true, false],
  testPattern: true,
  rootTestDir: true,
  mappings: true,
  skipNpmInstall: [true, false],
  skipSourceOutput: [true, false],
  compilerOptions: true,
  filterDiagnostic: true,
  postBuild: true,
};

/** Throws when an option asks for what genuine dnt does and this does not. */
export function refuseUnsupported(options: BuildOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const known: Record<string, true | readonly unknown[]> = HONOURED;
    const allowed = known[name];
    if (allowed === undefined) refuse(name);
    if (allowed !== true && !allowed.includes(value)) refuse(name, value);
  }
  // Left out, it means CommonJS.
  if (options.scriptModule !== false) {
    refuse("scriptModule", options.scriptModule);
  }
  refuseUnknown({ shims: options.shims }, ["custom", "customDev"]);
  refuseUnknown({ compilerOptions: options.compilerOptions ?? {} }, ["target", "lib"]);
  for (const kind of ["custom", "customDev"] as const) {
    for (const shim of options.shims[kind] ?? []) {
      refuseUnknown({ [`shims.${kind}`]: shim }, ["module", "globalNames"]);
      if (shim.globalNames.some((one) => typeof one !== "string")) {
        refuse(`shims.${kind}.globalNames`, "anything but names");
      }
    }
  }
  for (const [specifier, target] of Object.entries(options.mappings ?? {})) {
    if (typeof target === "string") continue;
    const name = `mappings[${JSON.stringify(specifier)}]`;
    refuseUnknown({ [name]: target }, ["name", "version", "subPath"]);
  }
  refuseTwice(options.shims);
}

function refuseTwice({ custom = [], customDev = [] }: ShimOptions): void {
  const names = [...custom, ...customDev].flatMap(({ globalNames }) => globalNames);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) {
    throw new Error(`Shim ${twice} once: in tests, "custom" and "customDev" both apply`);
  }
}

/** Takes objects by the names of their options. */
function refuseUnknown(objects: Record<string, object>, known: readonly string[]): void {
  for (const [name, object] of Object.entries(objects)) {
    const unknown = Object.keys(object).find((key) => !known.includes(key));
    if (unknown !== undefined) refuse(`${name}.${unknown}`);
  }
}

function refuse(name: string, value?: unknown): never {
  const what = value === undefined ? "" : ` with ${JSON.stringify(value)}`;
  throw new Error(
    `Leave out option ${name}${what}: links/dnt does not know it, the genuine @deno/dnt does`,
  );
}
