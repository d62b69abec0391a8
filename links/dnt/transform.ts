import type { Module } from "./graph.ts";
import type { MappedPackage, ModuleShim } from "./options.ts";
import { ts } from "./typescript.ts";

/** The module that says which one is the main module. */
export const POLYFILLS = "_dnt.polyfills.ts";

/** How a module's text is changed. */
export interface TransformOptions {
  /** Returns a module's path from the root. */
  pathOf(url: string): string;
  /** The globals that are replaced. */
  globals: ReadonlySet<string>;
  /** The path of the module that exports what takes their place. */
  shims: string;
}

/** A module's text for Node. */
export interface Transformed {
  /** The text. */
  readonly text: string;
  /** It uses a global that is replaced. */
  readonly shimmed: boolean;
  /** It asks whether it is the main module. */
  readonly asksForMain: boolean;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Rewrites what Node reads in another way: specifiers, globals, `import.meta.main`. */
export function transform(module: Module, options: TransformOptions): Transformed {
  const { source, path } = module;
  const edits: Edit[] = module.imports.map(({ literal, target }) => {
    const specifier = target.kind === "builtin"
      ? literal.text
      : target.kind === "package"
      ? specifierOf(target.package)
      : relative(path, options.pathOf(target.url));
    return { start: literal.getStart(), end: literal.getEnd(), text: JSON.stringify(specifier) };
  });
  const mains = nodesOf(source).filter(isImportMetaMain);
  for (const node of mains) {
    edits.push({ start: node.getStart(), end: node.getEnd(), text: "dntIsMain(import.meta.url)" });
  }
  const globals = globalsUsed(module, options.globals);
  const header = [
    imports(globals, relative(path, options.shims)),
    imports(mains.length > 0 ? ["dntIsMain"] : [], relative(path, POLYFILLS)),
  ].join("");
  const at = headerPosition(source);
  edits.push({ start: at, end: at, text: header });
  return {
    text: edited(source.text, edits),
    shimmed: globals.length > 0,
    asksForMain: mains.length > 0,
  };
}

/** Returns the text of a module that exports every shim under its global's name. */
export function shimsModule(
  shims: readonly ModuleShim[],
  toSpecifier: (file: string) => string,
): string {
  return shims.map(({ module, globalNames }) =>
    `export { ${globalNames.join(", ")} } from ${JSON.stringify(toSpecifier(module))};\n`
  ).join("");
}

/** Returns the specifier of the JavaScript of a file, in another file; both are paths from the root. */
export function relative(from: string, to: string): string {
  const [here, there] = [from.split("/").slice(0, -1), to.split("/")];
  while (here.length > 0 && here[0] === there[0]) {
    here.shift();
    there.shift();
  }
  const up = here.length === 0 ? "./" : "../".repeat(here.length);
  return `${up}${there.join("/")}`.replace(/\.ts$/, ".js");
}

function specifierOf({ name, subPath }: MappedPackage): string {
  return subPath === undefined ? name : `${name}/${subPath}`;
}

function imports(names: readonly string[], specifier: string): string {
  return names.length === 0 ? "" : `import { ${names.join(", ")} } from "${specifier}"; `;
}

/** In front of the first import, so that lines keep their numbers and the file's own comment stays first. */
function headerPosition(source: ts.SourceFile): number {
  const [first] = source.statements;
  if (first === undefined) return source.end;
  if (ts.isImportDeclaration(first)) return first.getStart();
  // Any other statement keeps its comment.
  return ts.getShebang(source.text)?.length ?? 0;
}

function globalsUsed({ source, path }: Module, globals: ReadonlySet<string>): string[] {
  const nodes = nodesOf(source);
  const used = new Set<string>();
  for (const node of nodes) {
    if (!ts.isIdentifier(node) || !globals.has(node.text)) continue;
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
      if (parent.expression.getText() !== "globalThis") continue;
      throw new Error(
        `Write ${node.text} without globalThis in ${path}: links/dnt replaces no other`,
      );
    }
    if (!isNameOnly(node)) used.add(node.text);
  }
  for (const name of topLevelNames(source)) used.delete(name);
  return [...used];
}

/** Whether an identifier names something in its parent, rather than standing for what has that name. */
function isNameOnly(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isExportAssignment(parent)) return false;
  if (ts.isExportSpecifier(parent)) {
    const elsewhere = parent.parent.parent.moduleSpecifier !== undefined;
    return elsewhere || (parent.propertyName ?? parent.name) !== node;
  }
  if (ts.isBindingElement(parent)) return parent.initializer !== node;
  if (ts.isImportSpecifier(parent) || ts.isNamespaceExport(parent)) return true;
  return "name" in parent && parent.name === node;
}

function topLevelNames(source: ts.SourceFile): string[] {
  return nodesOf(source).filter(ts.isIdentifier).filter((node) => {
    const { parent } = node;
    if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent)) {
      return parent.name === node;
    }
    if (ts.isVariableDeclaration(parent)) {
      return parent.name === node && parent.parent.parent.parent === source;
    }
    return parent.parent === source && ts.isDeclarationStatement(parent) &&
      parent.name === node;
  }).map(({ text }) => text);
}

function isImportMetaMain(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) &&
    ts.isMetaProperty(node.expression) &&
    node.expression.keywordToken === ts.SyntaxKind.ImportKeyword &&
    node.name.text === "main";
}

function nodesOf(source: ts.SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return nodes;
}

function edited(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
