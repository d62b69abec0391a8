import type { MappedPackage } from "./options.ts";
import type { Resolver, Target } from "./resolve.ts";
import { ts } from "./typescript.ts";

/** A specifier in a module, and what it stands for. */
export interface Import {
  /** Where it stands, with its quotes. */
  readonly literal: ts.StringLiteralLike;
  /** What it stands for. */
  readonly target: Target;
}

/** A TypeScript file that is part of the package. */
export interface Module {
  /** Its address. */
  readonly url: string;
  /** Its path from the root, which is its path in the package as well. */
  readonly path: string;
  /** What it says. */
  readonly source: ts.SourceFile;
  /** What it imports. */
  readonly imports: readonly Import[];
  /** The address of the types that were written for it by hand, because it re-exports JavaScript. */
  readonly types: string | undefined;
}

/** Every module that some files need. */
export class Graph {
  readonly #modules = new Map<string, Module>();
  readonly #resolver: Resolver;
  readonly #root: string;

  /** Takes what resolves specifiers, and the address of the folder that holds every module. */
  constructor(resolver: Resolver, root: string) {
    this.#resolver = resolver;
    this.#root = root;
  }

  /** Adds files with all that they import; returns the modules that were not there before. */
  add(urls: readonly string[]): Module[] {
    const added: Module[] = [];
    const waiting = [...urls];
    for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
      if (this.#modules.has(url)) continue;
      const module = this.#read(url);
      this.#modules.set(url, module);
      added.push(module);
      for (const { target } of module.imports) {
        if (target.kind === "local") waiting.push(target.url);
      }
    }
    return added.sort((a, b) => a.path < b.path ? -1 : 1);
  }

  /** Returns where a module stands, from the root. */
  pathOf(url: string): string {
    if (!url.startsWith(this.#root)) {
      throw new Error(`Move ${url} under ${this.#root}: a package holds one folder`);
    }
    return url.slice(this.#root.length);
  }

  #read(url: string): Module {
    const path = this.pathOf(url);
    if (!/(?<!\.d)\.ts$/.test(path)) {
      throw new Error(`Import TypeScript files alone: links/dnt knows no other, such as ${path}`);
    }
    const text = Deno.readTextFileSync(new URL(url));
    if (text.includes("dnt-" + "shim-ignore")) {
      throw new Error(`Leave out the shim directive of ${path}: links/dnt does not know it`);
    }
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const imports = specifiers(source).map((literal) => ({
      literal,
      target: this.#resolver.resolve(literal.text, url),
    }));
    return { url, path, source, imports, types: handWrittenTypes(source, url) };
  }
}

/** Returns the packages that modules import, each once. */
export function packagesOf(modules: readonly Module[]): MappedPackage[] {
  const found = new Map<string, MappedPackage>();
  for (const { target } of modules.flatMap(({ imports }) => imports)) {
    if (target.kind !== "package") continue;
    const { name, version } = target.package;
    const other = found.get(name);
    if (other !== undefined && other.version !== version) {
      throw new Error(
        `Import ${name} in one version: ${other.version} and ${version} are asked for`,
      );
    }
    found.set(name, target.package);
  }
  return [...found.values()];
}

function specifiers(source: ts.SourceFile): ts.StringLiteralLike[] {
  const found: ts.StringLiteralLike[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push(specifier);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return node.argument.literal;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return node.arguments[0];
  }
  return undefined;
}

/** A module that does nothing but re-export JavaScript, under a comment that names the types of that. */
function handWrittenTypes(source: ts.SourceFile, url: string): string | undefined {
  const [types] = /^\/\/ @ts-types="([^"]+)"$/m.exec(source.text)?.slice(1) ??
    [];
  if (types === undefined) return undefined;
  const [statement, ...others] = source.statements;
  const exportsAll = statement !== undefined &&
    ts.isExportDeclaration(statement) &&
    statement.exportClause === undefined && others.length === 0;
  if (!exportsAll) {
    throw new Error(`Let ${url} hold one "export *": links/dnt takes "@ts-types" there alone`);
  }
  return new URL(types, url).href;
}
