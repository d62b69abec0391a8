import { assert, assertEquals } from "@std/assert";
import { withoutComments } from "./codec/sources.ts";
import { DENO_ONLY } from "./node/deno_only.ts";

const ROOT = new URL("../", import.meta.url);

/** From the ground up: each of these imports only what stands in front of it, and itself. */
const FLOORS = [
  ["codec/"],
  ["net/"],
  ["mod.ts"],
  ["testing/"],
  ["web/"],
  ["transfer/", "headers/", "push/", "ircd/"],
  ["cli/"],
  ["servers/", "clients/"],
  ["tour/"],
  ["cli.ts"],
] as const;

const MAX_LINES = 500;
/** Their lines are not counted. */
const UNCOUNTED = ["tests/", "bench/"];

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The project's text files, without what other tools put there. */
const files: readonly SourceFile[] = [...read("")];
const sources = files.filter(({ path }) => path.endsWith(".ts"));

Deno.test("a file imports only floors below its own when it is part of the house", () => {
  const wrong: string[] = [];
  for (const { path, target } of imports()) {
    const [from, to] = [floorOf(path), floorOf(target)];
    if (from < 0) continue;
    const sameFolder = folderOf(path) === folderOf(target);
    if (to < 0 || to > from || (to === from && !sameFolder)) wrong.push(`${path} -> ${target}`);
  }
  assertEquals(wrong, []);
});

Deno.test("no files import each other in a circle, not even for types", () => {
  const edges = new Map<string, string[]>();
  for (const { path, target } of imports()) {
    if (floorOf(path) >= 0 || path.startsWith("shims/")) {
      edges.set(path, [...edges.get(path) ?? [], target]);
    }
  }
  assert(edges.size > 100);
  assertEquals(circles(edges), []);
});

Deno.test("circles() finds a circle of two and of three, and none in a tree", () => {
  const edges = (...pairs: string[]) => {
    const map = new Map<string, string[]>();
    for (const [from = "", to = ""] of pairs) map.set(from, [...map.get(from) ?? [], to]);
    return map;
  };
  assertEquals(circles(edges("ab", "ac", "bc", "cd")), []);
  assertEquals(circles(edges("ab", "ba")), ["a -> b -> a"]);
  assertEquals(circles(edges("xa", "ab", "bc", "ca")), ["a -> b -> c -> a"]);
});

Deno.test("codec imports nothing but itself, and the runtime in two files that mod.ts does not export", () => {
  assertEquals(foreign((path) => path.startsWith("codec/"), ["codec/"]).toSorted(), [
    "codec/deflate.ts -> node:zlib",
    "codec/hashing.ts -> node:crypto",
  ]);
});

Deno.test("mod.ts imports only codec and net when it is imported", () => {
  assertEquals(foreign((path) => path === "mod.ts", ["codec/", "net/"]), []);
});

Deno.test("a program imports no other program when it is run", () => {
  const isProgram = (path: string) => /^(servers|clients)\//.test(path);
  assertEquals(
    imports().filter(({ path, target }) => isProgram(path) && isProgram(target)),
    [],
  );
});

Deno.test("every import is a path, a package that deno.json names or a built-in when it is in the house", () => {
  const { imports: names } = JSON.parse(files.find(({ path }) => path === "deno.json")!.text);
  const known = ["@parley/sockets", ...Object.keys(names)];
  const house = sources.filter(({ path }) => floorOf(path) >= 0);
  const bare = house.flatMap(({ path, text }) =>
    specifiers(text).filter((one) => !/^(\.{1,2}\/|node:)/.test(one)).map((one) => ({ path, one }))
  );
  assertEquals(
    bare.filter(({ one }) => !known.some((name) => one === name || one.startsWith(`${name}/`))),
    [],
  );
});

Deno.test(`a source file has at most ${MAX_LINES} lines when it is no test`, () => {
  const long = sources.filter(({ path }) => !UNCOUNTED.some((folder) => path.startsWith(folder)))
    .map(({ path, text }) => `${path}: ${text.split("\n").length - 1}`)
    .filter((line) => Number(line.split(": ")[1]) > MAX_LINES);
  assertEquals(long, []);
});

Deno.test("the library names no flag of a program", () => {
  const library = sources.filter(({ path }) =>
    /^(codec|net|testing|transfer|headers|push|ircd)\//.test(path)
  );
  const flags = library.flatMap(({ path, text }) =>
    Array.from(text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g), ([flag]) => `${path}: ${flag}`)
  );
  // What the kernel is allowed to ask the system with, which is Deno's and no program's.
  assertEquals(flags, ["net/port_holder.ts: --allow-run"]);
});

Deno.test("what runs on Node calls nothing of Deno that its shim does not hold", () => {
  const held = new Set(exported("shims/testing/namespace.ts"));
  const denoAlone = [
    ...Object.keys(DENO_ONLY).map((path) => `tests/${path}`),
    "tests/browser/",
    "tests/package/",
    "tests/run_everywhere.ts",
  ];
  const called = sources
    .filter(({ path }) => floorOf(path) >= 0 || path.startsWith("tests/"))
    .filter(({ path }) => !denoAlone.some((name) => isIn(path, name)))
    .flatMap(({ path, text }) =>
      Array.from(
        withoutComments(text).matchAll(/\bDeno\.(\w+)/g),
        ([, name = ""]) => ({ path, name }),
      )
    );
  assert(called.length > 500);
  assertEquals(called.filter(({ name }) => !held.has(name)), []);
});

Deno.test("no file leaves work to somebody else when it is done", () => {
  // In two parts, or this file would find itself.
  const marks = new RegExp(`\\b(${"TO" + "DO"}|${"FIX" + "ME"}|${"X" + "XX"})\\b`);
  assertEquals(files.filter(({ text }) => marks.test(text)).map(({ path }) => path), []);
});

Deno.test("no file names a machine's own folders when it is shared", () => {
  const machine = new RegExp(
    ["home", "Users", "root", "work"].map((name) => `/${name}/`).join("|"),
  );
  const marked = sources.filter(({ text }) => machine.test(text));
  assertEquals(marked.map(({ path }) => path), []);
});

function* read(folder: string): Generator<SourceFile> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = `${folder}${name}`;
    if (name.startsWith(".") || name === "node_modules" || name === "npm") continue;
    if (isDirectory) yield* read(`${path}/`);
    else if (/\.(ts|mjs|md|json|html|css)$/.test(name)) {
      yield { path, text: Deno.readTextFileSync(new URL(path, ROOT)) };
    }
  }
}

function specifiers(text: string): string[] {
  // Comments hold examples, which import the package as a user does.
  const found = withoutComments(text).matchAll(/(?:\bfrom|^import|\bimport\()\s*"([^"]+)"/gm);
  return Array.from(found, ([, specifier = ""]) => specifier);
}

/** The names that a module gives to others, by its own declarations, by its lists, and from where it passes all on. */
function exported(module: string): string[] {
  const { text = "" } = sources.find(({ path }) => path === module) ?? {};
  const declared = text.matchAll(
    /^export (?:async )?(?:function|class|const|interface|type|\* as) (\w+)/gm,
  );
  const listed = text.matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  const passedOn = text.matchAll(/^export (?:type )?\* from "([^"]+)"/gm);
  return [
    ...Array.from(declared, ([, name = ""]) => name),
    ...Array.from(listed, ([, names = ""]) => names.match(/\w+/g) ?? []).flat(),
    ...Array.from(passedOn, ([, from = ""]) => exported(placeOf(from, module))).flat(),
  ];
}

/** Returns where a specifier of `module` leads, from the project's root. */
function placeOf(specifier: string, module: string): string {
  return new URL(specifier, `house:/${module}`).pathname.slice(1);
}

function imports(): { path: string; target: string }[] {
  return sources.flatMap(({ path, text }) =>
    specifiers(text).filter((one) => one.startsWith(".")).map((one) => ({
      path,
      target: placeOf(one, path),
    }))
  );
}

/** Returns each circle of imports that a walk from every file meets. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  function walk(path: string): void {
    if (way.includes(path)) {
      found.push([...way.slice(way.indexOf(path)), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    way.push(path);
    for (const target of edges.get(path) ?? []) walk(target);
    way.pop();
    done.add(path);
  }
  for (const path of [...edges.keys()].toSorted()) walk(path);
  return found;
}

function foreign(isMine: (path: string) => boolean, allowed: readonly string[]): string[] {
  return sources.filter(({ path }) => isMine(path)).flatMap(({ path, text }) =>
    specifiers(text).filter((one) => {
      const target = one.startsWith(".") ? placeOf(one, path) : one;
      return !allowed.some((folder) => target.startsWith(folder));
    }).map((one) => `${path} -> ${one}`)
  );
}

function floorOf(path: string): number {
  return FLOORS.findIndex((names) => names.some((name) => isIn(path, name)));
}

function isIn(path: string, name: string): boolean {
  return name.endsWith("/") ? path.startsWith(name) : path === name;
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
}
