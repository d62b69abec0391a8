import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Project, SHIM, SHIMS } from "./dnt_project.ts";

for (
  const [use, text] of Object.entries({
    "it is called": "console.log(Deno.pid);\n",
    "it is passed on": "export const copy = [Deno];\n",
    "it is in an object": "export const all = { Deno };\n",
    "it stands behind a default": "export const one = (pid = Deno.pid) => pid;\n",
  })
) {
  Deno.test(`build() imports the shim of a global when ${use}`, async () => {
    await using project = await Project.of({ "mod.ts": text, ...SHIM });
    await project.build({ shims: SHIMS });
    assertMatch(await project.emitted("esm/mod.js"), /^import { Deno } from ".\/_dnt.shims.js";/);
  });
}

Deno.test("build() imports the shim in the declarations when a type comes from it", async () => {
  await using project = await Project.of({
    "mod.ts": "export const at = (addr: Deno.Addr): number => addr.port;\n",
    ...SHIM,
  });
  await project.build({ shims: SHIMS });
  assertEquals((await project.emitted("esm/mod.js")).includes("import"), false);
  assertMatch(await project.emitted("esm/mod.d.ts"), /^import { Deno } from ".\/_dnt.shims.js";/);
});

for (
  const [use, text] of Object.entries({
    "a comment names it": "// Deno.pid\nexport const one = 1;\n",
    "a string names it": 'export const one = "Deno.pid";\n',
    "a property has its name": "export const one = { Deno: 1 }.Deno;\n",
    "the file declares it": "const Deno = { pid: 1 };\nexport const one = Deno.pid;\n",
    "a function declares it as a parameter": "export const one = (Deno: number) => Deno;\n",
  })
) {
  Deno.test(`build() leaves a global alone when ${use}`, async () => {
    await using project = await Project.of({ "mod.ts": text, ...SHIM });
    await project.build({ shims: SHIMS });
    assertEquals((await project.emitted("esm/mod.js")).includes("_dnt"), false);
  });
}

Deno.test("build() keeps a file's own comment first when it adds an import", async () => {
  await using project = await Project.of({
    "mod.ts": `// What it is.\n\nimport { a } from "./a.ts";\nconsole.log(a, Deno.pid);\n`,
    "a.ts": "export const a = 1;\n",
    ...SHIM,
  });
  await project.build({ shims: SHIMS });
  assertMatch(await project.emitted("esm/mod.js"), /^\/\/ What it is\.\n/);
});

Deno.test("build() rewrites specifiers when modules are imported in every way", async () => {
  await using project = await Project.of({
    "mod.ts": 'export * from "./in/a.ts";\nexport const b = () => import("./in/b.ts");\n',
    "in/a.ts": 'import type { B } from "./b.ts";\nexport let a: B | import("./b.ts").B;\n',
    "in/b.ts": "export type B = number;\nexport const b: B = 1;\n",
  });
  await project.build();
  const javaScript = await project.emitted("esm/mod.js");
  assertMatch(javaScript, /from "\.\/in\/a\.js"/);
  assertMatch(javaScript, /import\("\.\/in\/b\.js"\)/);
  const declarations = await project.emitted("esm/in/a.d.ts");
  assertMatch(declarations, /import type { B } from "\.\/b\.js"/);
  assertMatch(declarations, /import\("\.\/b\.js"\)\.B/);
});

Deno.test("build() takes a linked package when its types were written by hand", async () => {
  await using project = await Project.of({
    "deno.json": '{ "imports": { "@in/it": "jsr:@in/it@1" }, "links": ["./it"] }',
    "it/deno.json": '{ "name": "@in/it", "exports": { "./one": "./one.ts" } }',
    "it/one.ts": '// @ts-types="./one.d.ts"\nexport * from "npm:it@1.2.3/one.js";\n',
    "it/one.d.ts": "export const one: number;\n",
    "mod.ts": 'import { one } from "@in/it/one";\nexport const two = one + one;\n',
  });
  await project.build();
  assertMatch(await project.emitted("esm/it/one.js"), /export \* from "it\/one.js"/);
  assertEquals(await project.emitted("esm/it/one.d.ts"), "export const one: number;\n");
  assertEquals(JSON.parse(await project.emitted("package.json")).dependencies, { it: "1.2.3" });
});

Deno.test("build() puts another file in a file's place when mappings say so", async () => {
  await using project = await Project.of({
    "mod.ts": 'export { where } from "./in/deno.ts";\n',
    "in/deno.ts": 'export const where = "Deno";\n',
    "node.ts": 'export const where = "Node";\n',
  });
  await project.build({ mappings: { "./in/deno.ts": "./node.ts" } });
  assertMatch(await project.emitted("esm/mod.js"), /from "\.\/node\.js"/);
});

Deno.test("build() depends on a package when mappings name it", async () => {
  await using project = await Project.of({ "mod.ts": 'export const a = () => import("a");\n' });
  await project.build({
    mappings: { a: { name: "b", version: "^1.0.0", subPath: "c.js" } },
    filterDiagnostic: ({ code }) => code !== 2307,
  });
  assertMatch(await project.emitted("esm/mod.js"), /import\("b\/c\.js"\)/);
  assertEquals(JSON.parse(await project.emitted("package.json")).dependencies, { b: "^1.0.0" });
});

Deno.test("build() fails when nothing imports what is mapped", async () => {
  await using project = await Project.of({ "mod.ts": "export {};\n" });
  const mappings = { "./a.ts": "./b.ts" };
  await assertRejects(() => project.build({ mappings }), Error, "Remove mappings");
});

Deno.test("build() fails when the code uses what lib does not have", async () => {
  await using project = await Project.of({ "mod.ts": "console.log([1].toSorted());\n" });
  await assertRejects(() => project.build(), Error, "mod.ts(1,17): error TS2550");
});

Deno.test("build() lets a diagnostic pass when filterDiagnostic says so", async () => {
  await using project = await Project.of({ "mod.ts": "export const a: string = 1;\n" });
  await project.build({ filterDiagnostic: ({ code }) => code !== 2322 });
  assertMatch(await project.emitted("esm/mod.js"), /a = 1/);
});

Deno.test({
  name: "import.meta.main holds on Node when the file is what was started (needs node)",
  ignore: !await onPath("node"),
  fn: async () => {
    await using project = await Project.of({
      "mod.ts": "export {};\nconsole.log(import.meta.main);\n",
      "other.ts": 'import "./mod.ts";\n',
    });
    await project.build({
      // Node's types are not installed.
      filterDiagnostic: ({ code }) => code !== 2591,
      entryPoints: ["./mod.ts", { kind: "bin", name: "other", path: "./other.ts" }],
    });
    await Deno.symlink(`${project.path}/npm/esm/mod.js`, `${project.path}/link`);
    assertEquals(await project.node("npm/esm/mod.js"), "true\n");
    assertEquals(await project.node("link"), "true\n");
    assertEquals(await project.node("npm/esm/other.js"), "false\n");
    assertMatch(await project.emitted("esm/other.js"), /^#!\/usr\/bin\/env node\n/);
  },
});

async function onPath(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
