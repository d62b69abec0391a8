import { assertEquals, assertThrows } from "@std/assert";
import { forEveryTypeScript } from "../../../shims/build/declarations.ts";
import { withDirectShims } from "../../../shims/build/direct_shims.ts";
import { withNodeExamples } from "../../../shims/build/node_examples.ts";
import { withoutStart } from "../../../shims/build/without_start.ts";

Deno.test("withoutStart() leaves a module that starts nothing", () => {
  const code = `import { Deno } from "../_dnt.shims.js";
import { dntIsMain } from "../_dnt.polyfills.js"; import * as cli from "../cli/mod.js";
export const program = cli.serverProgram({});
if (dntIsMain(import.meta.url))
    Deno.exit(await program.main(Deno.args));
`;
  assertEquals(
    withoutStart(code),
    `import { Deno } from "../_dnt.shims.js";
import * as cli from "../cli/mod.js";
export const program = cli.serverProgram({});
`,
  );
});

for (
  const code of [
    "if (dntIsMain(import.meta.url))\n    start();\n",
    "export const isMain = import.meta.main;\n",
    'const { main } = globalThis[Symbol.for("import-meta-ponyfill-esmodule")](import.meta);\n',
  ]
) {
  Deno.test(`withoutStart() refuses what may start it in another way: ${code.trim()}`, () => {
    assertThrows(() => withoutStart(code), Error, "starts nothing");
  });
}

Deno.test("forEveryTypeScript() names what a declaration needs, and no type that came later", () => {
  const declarations = `import type { Socket } from "node:net";
/** Takes an AsyncDisposable. */
export declare class Bytes implements AsyncIterableIterator<string, undefined>, Disposable {
    take(): Uint8Array<ArrayBuffer>;
    put(bytes: Uint8Array<ArrayBufferLike>): void;
}
`;
  assertEquals(
    forEveryTypeScript(declarations),
    `/// <reference lib="esnext.disposable" />
/// <reference types="node" />
import type { Socket } from "node:net";
/** Takes an AsyncDisposable. */
export declare class Bytes implements AsyncIterableIterator<string>, Disposable {
    take(): ReturnType<Uint8Array["slice"]>;
    put(bytes: Uint8Array): void;
}
`,
  );
});

Deno.test("forEveryTypeScript() names nothing when only comments speak of it", () => {
  const text = '/** A Disposable of NodeJS.Socket, from "node:net". */\nexport type One = 1;\n';
  assertEquals(forEveryTypeScript(text), text);
});

Deno.test("withDirectShims() imports the namespace itself, so that bundles can cut it", () => {
  assertEquals(
    withDirectShims('import { Deno } from "../../_dnt.shims.js";\nDeno.cwd();\n'),
    'import * as Deno from "../../shims/namespace.js";\nDeno.cwd();\n',
  );
});

Deno.test("withNodeExamples() imports Deno behind the package and in front of Node's own", () => {
  const example = (lines: readonly string[]) =>
    ["/**", " * ```ts", ...lines.map((line) => ` * ${line}`), " * ```", " */"].join("\n");
  const given = [
    'import { serve } from "@parley/sockets";',
    'import { assert, assertEquals } from "@std/assert";',
    "assert(serve(Deno.listen({ port: 0 })));",
  ];
  const [first, , last] = given;
  assertEquals(
    withNodeExamples(example(given)),
    example([
      first!,
      'import { Deno } from "@parley/sockets/deno";',
      'import { ok as assert, deepStrictEqual as assertEquals } from "node:assert/strict";',
      last!,
    ]),
  );
  assertEquals(
    withNodeExamples(example(["await Deno.stat('/');"])),
    example(['import { Deno } from "@parley/sockets/deno";', "await Deno.stat('/');"]),
  );
  assertEquals(withNodeExamples(example(["one();"])), example(["one();"]));
});

Deno.test("withNodeExamples() refuses an assertion that Node may not have", () => {
  const text = '/**\n * ```ts\n * import { assertNope } from "@std/assert";\n * ```\n */\n';
  assertThrows(() => withNodeExamples(text), Error, "Say how Node calls assertNope");
});
