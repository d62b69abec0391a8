import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { BuildOptions } from "@deno/dnt";
import { Project, SHIM, SHIMS } from "./dnt_project.ts";

for (
  const [name, options] of Object.entries({
    polyfills: { polyfills: true },
    scriptModule: { scriptModule: "cjs" },
    typeCheck: { typeCheck: "both" },
    importMap: { importMap: "./map.json" },
    "shims.deno": { shims: { deno: true } },
    "compilerOptions.jsx": { compilerOptions: { jsx: "react" } },
    'mappings["a"].peerDependency': { mappings: { a: { name: "a", peerDependency: true } } },
  })
) {
  Deno.test(`build() names the option ${name} when it does not know it`, async () => {
    await using project = await Project.of({ "mod.ts": "export {};\n" });
    // What the types forbid is what is tried.
    const wrong = options as unknown as Partial<BuildOptions>;
    const error = await assertRejects(() => project.build(wrong), Error);
    assert(error.message.startsWith(`Leave out option ${name}`), error.message);
  });
}

Deno.test("build() names a global when two shims have it", async () => {
  await using project = await Project.of({ "mod.ts": "export {};\n", ...SHIM });
  const shims = { ...SHIMS, customDev: SHIMS.custom };
  await assertRejects(() => project.build({ shims }), Error, "Shim Deno once");
});

// Each case alone, and all others, are in dnt_long_test.ts: a build takes as long as ten other tests.
Deno.test("build() puts shims, JavaScript names and declarations where they belong", async () => {
  await using project = await Project.of({
    "mod.ts":
      'export { pid } from "./in/a.ts";\nexport const at = (addr: Deno.Addr) => addr.port;\n',
    "in/a.ts": "export const pid = Deno.pid;\n",
    "in/b.ts": "export const unused = 1;\n",
    ...SHIM,
  });
  await project.build({ shims: SHIMS });
  assertMatch(await project.emitted("esm/mod.js"), /from "\.\/in\/a\.js"/);
  assertMatch(await project.emitted("esm/mod.d.ts"), /^import { Deno } from ".\/_dnt.shims.js";/);
  const module = await project.emitted("esm/in/a.js");
  assertMatch(module, /^import { Deno } from "..\/_dnt.shims.js";/);
  const { name, type } = JSON.parse(await project.emitted("package.json"));
  assertEquals([name, type], ["sample", "module"]);
});
