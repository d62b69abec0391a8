import type { MappedPackage } from "./options.ts";

/** What a specifier stands for. */
export type Target =
  | { readonly kind: "local"; readonly url: string }
  | { readonly kind: "package"; readonly package: MappedPackage }
  | { readonly kind: "builtin" };

interface DenoJson {
  name?: string;
  exports?: string | Record<string, string>;
  imports?: Record<string, string>;
  links?: string[];
}

/** A package on this disk, and the address of its deno.json. */
interface LocalPackage extends DenoJson {
  readonly at: string;
}

/** Finds out what specifiers stand for, as Deno does by a deno.json with its imports and links. */
export class Resolver {
  readonly #root: LocalPackage;
  readonly #links: readonly LocalPackage[];
  readonly #mappings: ReadonlyMap<string, MappedPackage | string>;
  readonly #unused: Set<string>;

  /** Takes the address of a folder with a deno.json, and what `mappings` says. */
  constructor(folder: string, mappings: Record<string, MappedPackage | string>) {
    this.#root = read(new URL("deno.json", folder));
    this.#links = (this.#root.links ?? []).map((link) =>
      read(new URL(`${link}/deno.json`, folder))
    );
    const full = (specifier: string) =>
      isPath(specifier) ? new URL(specifier, folder).href : specifier;
    this.#mappings = new Map(
      Object.entries(mappings).map(([from, to]) => [
        full(from),
        typeof to === "string" ? full(to) : to,
      ]),
    );
    this.#unused = new Set(this.#mappings.keys());
  }

  /** The mappings that nothing asked for until now. */
  get unused(): readonly string[] {
    return [...this.#unused];
  }

  /** Finds out what a specifier stands for in the module at an address. */
  resolve(specifier: string, from: string): Target {
    const full = isPath(specifier) ? new URL(specifier, from).href : specifier;
    const mapped = this.#mappings.get(full);
    if (mapped !== undefined) {
      this.#unused.delete(full);
      if (typeof mapped !== "string") {
        return { kind: "package", package: mapped };
      }
      return { kind: "local", url: mapped };
    }
    if (full.startsWith("file:")) return { kind: "local", url: full };
    if (full.startsWith("node:")) return { kind: "builtin" };
    if (full.startsWith("npm:")) {
      return { kind: "package", package: packageOf(full) };
    }
    if (full.startsWith("jsr:")) {
      return { kind: "local", url: this.#linked(full) };
    }
    const alias = this.#alias(full);
    if (alias !== undefined) return this.resolve(alias, this.#root.at);
    const own = this.#root.name === undefined ? undefined : below(full, this.#root.name);
    if (own !== undefined) {
      return { kind: "local", url: exported(this.#root, own) };
    }
    throw new Error(`Name ${JSON.stringify(full)} in the imports of deno.json: ${from} imports it`);
  }

  #alias(specifier: string): string | undefined {
    for (const [alias, target] of Object.entries(this.#root.imports ?? {})) {
      const rest = below(specifier, alias);
      if (rest !== undefined) return target + rest;
    }
    return undefined;
  }

  #linked(specifier: string): string {
    const [, name = "", rest = ""] =
      /^jsr:\/?(@[^/]+\/[^/@]+)(?:@[^/]+)?(\/.*)?$/.exec(specifier) ?? [];
    const link = this.#links.find((one) => one.name === name);
    if (link === undefined) {
      throw new Error(`Link a package ${name} in deno.json: links/dnt downloads none from JSR`);
    }
    return exported(link, rest);
  }
}

function read(url: URL): LocalPackage {
  const json: DenoJson = JSON.parse(Deno.readTextFileSync(url));
  return { ...json, at: url.href };
}

/** Returns what follows a name in a specifier, with its slash; undefined where it begins otherwise. */
function below(specifier: string, name: string): string | undefined {
  if (specifier === name) return "";
  return specifier.startsWith(`${name}/`) ? specifier.slice(name.length) : undefined;
}

function exported({ at, name, exports = {} }: LocalPackage, rest: string): string {
  const all: Record<string, string> = typeof exports === "string" ? { ".": exports } : exports;
  const file = all[`.${rest}`];
  if (file === undefined) {
    throw new Error(`Export ".${rest}" from ${name}: it is imported`);
  }
  return new URL(file, at).href;
}

function packageOf(specifier: string): MappedPackage {
  const found = /^npm:\/?((?:@[^/]+\/)?[^/@]+)(?:@([^/]+))?(?:\/(.+))?$/.exec(specifier);
  const [, name, version = "*", subPath] = found ?? [];
  if (name === undefined) {
    throw new Error(`Write ${JSON.stringify(specifier)} as npm:NAME@VERSION`);
  }
  return { name, version, ...(subPath === undefined ? {} : { subPath }) };
}

function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier);
}
