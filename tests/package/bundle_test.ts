import { assert, assertEquals } from "@std/assert";
import { Folder, manifest } from "./project.ts";

const ignore = manifest === undefined;
const NAMES = Object.keys(manifest?.exports ?? {});
const PROGRAMS = NAMES.filter((name) => /^\.\/(servers|clients)\//.test(name));
const IMPORTS = NAMES.map((name, at) =>
  `import * as all${at} from "@parley/sockets${name.slice(1)}";\n`
);

const BUNDLERS = [
  "esbuild@0.28.2",
  "rollup@4.68.8",
  "@rollup/plugin-commonjs@29.0.3",
  "@rollup/plugin-node-resolve@16.0.3",
];
const ESBUILD = ["npx", "esbuild", "app.js", "--bundle", "--platform=node"];

/** Uses everything, and says that it was run. */
const APP = `${IMPORTS.join("")}
const all = [${NAMES.map((_, at) => `all${at}`).join(", ")}];
console.log("the app runs with", all.length);
`;
const SAID = `the app runs with ${NAMES.length}\n`;

/** The exit code of what this Node cannot do. */
const CANNOT = 77;
const REQUIRES = `
if (!process.features.require_module) process.exit(${CANNOT});
for (const name of ${JSON.stringify(NAMES)}) {
  if (Object.keys(require("@parley/sockets" + name.slice(1))).length === 0) throw new Error(name);
}
`;

/** How each makes one file of it. */
const BUNDLES: readonly { name: string; file: string; command: readonly string[] }[] = [
  {
    name: "esbuild",
    file: "esbuild.mjs",
    command: [...ESBUILD, "--format=esm"],
  },
  {
    name: "esbuild as CommonJS",
    file: "esbuild.cjs",
    command: [...ESBUILD, "--format=cjs"],
  },
  {
    name: "rollup",
    file: "rollup.mjs",
    command: ["npx", "rollup", "app.js", "--silent", "-p", "node-resolve", "-p", "commonjs"],
  },
  {
    name: "bun build",
    file: "bun.mjs",
    command: ["npx", "-y", "bun@1.4", "build", "app.js", "--target=node"],
  },
];

Deno.test({
  name: "an app stays itself when it imports every program (needs npm/)",
  ignore,
  fn: async (test) => {
    await using folder = await Folder.withPackage(...BUNDLERS);
    for (const { name, file, command } of BUNDLES) {
      await test.step(`and is bundled by ${name}`, async () => {
        await folder.write("app.js", APP);
        await folder.write(file, await folder.expect(...command));
        // A program that was started would listen, and never end.
        const ran = await folder.run("timeout", "20", "node", file);
        assertEquals(ran, { code: 0, stdout: SAID, stderr: "" });
      });
    }
    await test.step("and nothing starts when Node is started with a module", async () => {
      const modules = PROGRAMS.map((name) => `./esm/${name.slice(2)}.js`);
      await Promise.all([...modules, "./esm/cli.js", "./esm/tour/main.js"].map(async (module) => {
        const file = `node_modules/@parley/sockets/${module}`;
        const { code, stdout, stderr } = await folder.run("timeout", "60", "node", file);
        assertEquals([module, code, stdout, stderr], [module, 0, "", ""]);
      }));
    });
    await test.step("and require() has every export where Node can require a module", async () => {
      await folder.write("all.cjs", REQUIRES);
      const { code, stderr } = await folder.run("node", "--no-warnings", "all.cjs");
      // Before 20.19 and 22.12 it cannot.
      if (code !== CANNOT) assertEquals([code, stderr], [0, ""]);
    });
    await test.step("and a bundle has what is used alone", async () => {
      const sizeOf = async (app: string) => {
        await folder.write("app.js", app);
        const text = await folder.expect(...ESBUILD, "--format=esm", "--minify");
        const others = ["parley serve", "node:child_process", "node:dgram"];
        assertEquals(others.filter((one) => text.includes(one)), []);
        return text.length;
      };
      const nothing = await sizeOf(IMPORTS.join(""));
      assert(nothing < 500, `${nothing} bytes of modules that nobody uses`);
      const lines = await sizeOf('import { lines } from "@parley/sockets"; console.log(lines);');
      assert(lines < 24_000, `${lines} bytes for lines`);
      const both = await sizeOf(
        'import { lines, serve } from "@parley/sockets"; console.log(lines, serve);',
      );
      assert(both < 72_000, `${both} bytes for lines and serve`);
    });
  },
});

Deno.test({
  name: "package.json promises only what the package has (needs npm/)",
  ignore,
  fn: () => {
    const promised = `${manifest?.keywords} ${manifest?.description}`.toLowerCase();
    const protocols = ["datagram", "ftp", "http", "irc", "pop3", "smtp", "telnet", "websocket"];
    const named = protocols.filter((one) => promised.includes(one));
    if (/\budp\b/.test(promised)) named.push("datagram");
    assertEquals(named.filter((one) => !NAMES.some((name) => name.includes(one))), []);
    assertEquals(manifest?.sideEffects, false);
  },
});
