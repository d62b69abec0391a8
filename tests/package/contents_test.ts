import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder, manifest, PACKAGE } from "./project.ts";

const ignore = manifest === undefined;
const exports = Object.values(manifest?.exports ?? {});

Deno.test({
  name: "publint finds nothing when the package is packed (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.make();
    const output = await folder.expect(
      ...["npx", "-y", "publint@0.3.25", PACKAGE.pathname, "--strict"],
    );
    assertStringIncludes(output, "All good!");
  },
});

Deno.test({
  name: "attw finds nothing when every export is imported as a module (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.make();
    const { archive } = await folder.pack();
    await folder.expect(
      ...["npx", "-y", "-p", "@arethetypeswrong/cli@0.18.5"],
      ...["attw", archive, "--profile", "esm-only"],
    );
  },
});

Deno.test({
  name: "the package holds what its exports need, and nothing else, when it is packed (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.make();
    const { files } = await folder.pack();
    const needed = reachable([
      ...exports.flatMap(({ types, default: code }) => [types, code]),
      ...Object.values(manifest?.bin ?? {}),
    ]);
    const code = files.filter((path) => /\.[cm]?[jt]sx?$/.test(path));
    const modules = new Set(needed.map((path) => path.replace(/\.(d\.ts|js)$/, "")));
    const emitted = Array.from(modules, (path) => [`${path}.d.ts`, `${path}.js`]).flat();
    assertEquals(emitted.filter((path) => !code.includes(path)), []);
    const others = code.filter((path) => !emitted.includes(path));
    // The compiler emits a module of types that no export names as an empty one.
    assertEquals(others.filter((path) => !isEmpty(path.replace(/\.d\.ts$/, ".js"))), []);
    assertEquals(
      files.filter((path) => !code.includes(path)).sort(),
      ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "package.json"],
    );
  },
});

Deno.test({
  name: "an export's declarations name only Node's modules when they name any (needs npm/)",
  ignore,
  fn: () => {
    const declared = reachable(exports.map(({ types }) => types));
    const packages = declared.flatMap((path) =>
      specifiersIn(path).filter((one) => !/^(\.|node:)/.test(one)).map((one) => `${path}: ${one}`)
    );
    assertEquals(packages, []);
  },
});

/** Returns the files of the package that some of them import, and these, by their paths in it. */
function reachable(files: readonly string[]): string[] {
  const found = new Set(files.map((path) => path.replace("./", "")));
  for (const path of found) {
    for (const specifier of specifiersIn(path).filter((one) => one.startsWith("."))) {
      const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
      found.add(path.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target);
    }
  }
  return [...found];
}

function isEmpty(path: string): boolean {
  const text = Deno.readTextFileSync(new URL(path, PACKAGE)).replaceAll(/\/\*[^]*?\*\//g, "");
  return text.trim() === "export {};";
}

function specifiersIn(path: string): string[] {
  const text = Deno.readTextFileSync(new URL(path, PACKAGE)).replaceAll(/\/\*[^]*?\*\//g, "");
  const found = text.matchAll(/(?:\bfrom|^import|\bimport\()\s*"([^"]+)"/gm);
  return Array.from(found, ([, specifier = ""]) => specifier);
}
