// Builds npm/, the package for Node, and runs the tests in it. It knows dnt by its own interface alone.
//
//   deno task npm
//   deno task npm:build      without running the tests

import { build, type BuildOptions, emptyDir } from "@deno/dnt";
import denoJson from "./deno.json" with { type: "json" };
import { forEveryTypeScript } from "./shims/build/declarations.ts";
import { withDirectShims } from "./shims/build/direct_shims.ts";
import { withNodeExamples } from "./shims/build/node_examples.ts";
import { withoutStart } from "./shims/build/without_start.ts";
import { DENO_ONLY } from "./tests/node/deno_only.ts";

const OUT = "npm";
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md"];
const NODE_TYPES = "20.19.43";
const { name, version, license, exports } = denoJson;

/** The modules that users import, as JSR has them, and the shim. */
const modules = [
  ...Object.entries(exports).map(([name, path]) => ({ name, path })),
  { name: "./deno", path: "./shims/deno.ts" },
];

const shared = {
  outDir: OUT,
  entryPoints: [...modules, { kind: "bin", name: "parley", path: "./shims/npm_bin.ts" }],
  typeCheck: "single",
  declaration: "inline",
  esModule: true,
  scriptModule: false,
  skipSourceOutput: true,
  mappings: { "./cli/start_commands.ts": "./shims/process/start_commands.ts" },
  package: {
    name,
    version,
    description:
      "Servers and clients over sockets: wire formats, and the connection kernel under them",
    keywords: [
      "tcp",
      "tls",
      "socket",
      "http",
      "websocket",
      "protocol",
      "codec",
      "framing",
      "file-transfer",
      "deno",
    ],
    license,
    type: "module",
    // The first with long-term support; earlier ones have no Symbol.dispose.
    engines: { node: ">=20.9.0" },
    sideEffects: false,
    files: ["esm", ...DOCUMENTS.slice(2), ...testsAlone()],
    exports: Object.fromEntries(modules.map(({ name, path }) => {
      const emitted = new URL(path, "file:///esm/").pathname.replace(/\.ts$/, "");
      return [name, { types: `.${emitted}.d.ts`, default: `.${emitted}.js` }];
    })),
    scripts: { test: "node esm/tests/node/run.js" },
    devDependencies: { "@types/node": NODE_TYPES },
    // The declarations name Node's own; who writes JavaScript does without.
    peerDependencies: { "@types/node": ">=20" },
    peerDependenciesMeta: { "@types/node": { optional: true } },
  },
} satisfies Partial<BuildOptions>;

// npm, which dnt calls, has nothing to say about the packages of a build.
for (const option of ["audit", "fund", "package_lock", "update_notifier"]) {
  Deno.env.set(`npm_config_${option}`, "false");
}
if (Deno.args.includes("--no-test")) Deno.env.set("TESTS", "none");

await emptyDir(OUT);
// In this build the test shim stands in for Deno everywhere, which only the tests may see ...
await build({
  ...shared,
  shims: { custom: [{ module: "./shims/deno_test.ts", globalNames: ["Deno"] }] },
  // Tests may use what is newer than Node 20: their shim brings it.
  compilerOptions: { target: "ES2022", lib: ["ESNext", "DOM"] },
  // Node 20 has ReadableStream.from, TypeScript's DOM does not name it.
  filterDiagnostic: ({ code, messageText }) =>
    code !== 2339 || !/^Property 'from' .* new \(underlyingSource/.test(String(messageText)),
  test: true,
  rootTestDir: "./tests",
  testPattern: `{${testFiles().join(",")}}`,
  postBuild: finish,
});

/** ... so this one puts the package itself in its place, before the tests run. */
async function finish(): Promise<void> {
  await build({
    ...shared,
    shims: { custom: [{ module: "./shims/deno.ts", globalNames: ["Deno"] }] },
    // What Node 20 has, and not more: the compiler proves it. Of strings, it has the well-formed ones as well.
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2023", "ESNext.String", "ESNext.Disposable", "DOM"],
    },
    test: false,
    skipNpmInstall: true,
  });
  for (const path of filesIn(`${OUT}/esm`)) {
    const isTest = path.startsWith(`${OUT}/esm/tests/`);
    const finished = isTest ? undefined : finishedFile(path, await Deno.readTextFile(path));
    if (finished !== undefined) await Deno.writeTextFile(path, finished);
  }
  // Nobody asks any more which module is the main one.
  for (const ending of ["js", "d.ts"]) await Deno.remove(`${OUT}/esm/_dnt.polyfills.${ending}`);
  for (const file of DOCUMENTS) await Deno.copyFile(file, `${OUT}/${file}`);
  for (const path of filesIn("tests")) {
    if (path.endsWith(".ts")) continue;
    const copy = `${OUT}/esm/${path}`;
    await Deno.mkdir(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(path, copy);
  }
}

/** Returns what the package has of an emitted file, and nothing where it has that as it is. */
function finishedFile(path: string, text: string): string | undefined {
  if (path.endsWith("_dnt.polyfills.js")) return undefined;
  if (path.endsWith(".js")) return withoutStart(withDirectShims(withNodeExamples(text)));
  if (path.endsWith(".d.ts")) return forEveryTypeScript(withNodeExamples(text));
  return undefined;
}

/** What only the tests need: npm/ has it, the package does not. */
function testsAlone(): string[] {
  return [
    "tests",
    "_dnt.test_*",
    "shims/deno_test.*",
    "shims/testing",
    "links/assert",
    "links/streams",
  ]
    .map((path) => `!esm/${path}`);
}

/** The test files that run on Node, what they start as programs, and what runs them; without `tests/`. */
function testFiles(): string[] {
  const isRoot = /_test\.ts$|\/children\/|^node\/(run|reporter)\.ts$/;
  return Array.from(filesIn("tests"), (path) => path.slice("tests/".length))
    .filter((path) => path.endsWith(".ts") && isRoot.test(path))
    .filter((path) => !path.startsWith("package/") && !(path in DENO_ONLY));
}

function* filesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
