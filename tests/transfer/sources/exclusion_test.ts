import { assertEquals } from "@std/assert";
import { exclusionOf } from "../../../transfer/sources/exclusion.ts";

const CASES: readonly (readonly [glob: string, path: string, file: boolean, folder?: boolean])[] = [
  ["*.log", "a.log", true],
  ["*.log", "deep/er/a.log", true],
  ["*.log", "a.log/x", false],
  ["*.log", ".log", true],
  ["node_modules", "deep/node_modules", true],
  ["cache/", "cache", false, true],
  ["cache/", "deep/cache", false, true],
  ["build/*.o", "build/a.o", true],
  ["build/*.o", "build/deep/a.o", false],
  ["build/*.o", "src/build/a.o", false],
  ["build/**", "build/deep/a.o", true],
  ["build/**/*.o", "build/a.o", true],
  ["build/**/*.o", "build/de/ep/a.o", true],
  ["**/build/*.o", "src/build/a.o", true],
  ["**/build/*.o", "build/a.o", true],
  ["/a", "a", true],
  ["./a", "a", true],
  ["/a", "b/a", false],
  ["?.{txt,md}", "x.md", true],
  ["[ab]", "b", true],
  ["a", "A", false],
  ["a.b", "axb", false],
  ["é*", "été", true],
  ["\\*", "*", true],
  ["\\*", "a", false],
];

for (const [glob, path, file, folder = file] of CASES) {
  Deno.test(`exclusionOf() leaves out ${path}: ${file}, as a folder ${folder}, when told ${glob}`, () => {
    const isExcluded = exclusionOf(["nothing-like-it", glob]);
    assertEquals(isExcluded(path, { isFolder: false }), file);
    assertEquals(isExcluded(path, { isFolder: true }), folder);
  });
}

Deno.test("exclusionOf() leaves out nothing when there are no patterns", () => {
  assertEquals(exclusionOf([])("a", { isFolder: false }), false);
});
