import type { EntryPoint, MappedPackage, PackageJson } from "./options.ts";

/** An entry point, and its path in the package. */
export interface EmittedEntry extends EntryPoint {
  /** The JavaScript, from the package's folder. */
  readonly javaScript: string;
}

/** What package.json is made of. */
export interface PackageJsonOptions {
  /** What the user wrote. */
  given: PackageJson;
  /** What the package offers. */
  entries: readonly EmittedEntry[];
  /** What its code imports. */
  dependencies: readonly MappedPackage[];
  /** What its tests import. */
  devDependencies: readonly MappedPackage[];
}

/** Returns the text of package.json. */
export function packageJson(options: PackageJsonOptions): string {
  const { given, entries } = options;
  const exported = entries.filter(({ kind }) => kind !== "bin");
  const bins = entries.filter(({ kind }) => kind === "bin");
  const { exports, scripts, dependencies, devDependencies, ...others } = given;
  const json = {
    ...others,
    module: exported[0]?.javaScript,
    exports: {
      ...Object.fromEntries(exported.map(({ name, javaScript }) => [name, { import: javaScript }])),
      ...exports,
    },
    bin: filled(Object.fromEntries(bins.map(({ name, javaScript }) => [name, javaScript]))),
    scripts: filled(scripts),
    dependencies: filled({ ...versions(options.dependencies), ...dependencies }),
    devDependencies: filled({ ...versions(options.devDependencies), ...devDependencies }),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function versions(packages: readonly MappedPackage[]): Record<string, string> {
  return Object.fromEntries(
    packages.flatMap(({ name, version }) => version === undefined ? [] : [[name, version]]),
  );
}

/** Returns nothing for an empty object, which JSON then leaves out. */
function filled(object: Record<string, string> = {}): Record<string, string> | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
