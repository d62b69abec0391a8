import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { installed } from "../cli/child.ts";
import { ROOT } from "../runtime.ts";
import { Folder, manifest } from "./project.ts";

const ignore = manifest === undefined;
const specifiers = Object.keys(manifest?.exports ?? {})
  .map((name) => new URL(name, "file:///@parley/sockets/").pathname.slice(1).replace(/\/$/, ""));

const TYPESCRIPT = "typescript@6.0.3";
const NODE_TYPES = "@types/node@20.19.43";

/** What a user writes first. */
const PROGRAM = `
import { Connection, lines, serve } from "@parley/sockets";
import { Deno } from "@parley/sockets/deno";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const server = serve(listener, { codec: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase());
});
const { port } = listener.addr;
const connection = new Connection(await Deno.connect({ hostname: "127.0.0.1", port }), lines());
await connection.send("hello");
const answer: string | undefined = await connection.receive();
console.log(answer);
await connection.close();
console.log(await server.shutdown());
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
    skipLibCheck: false,
    types: ["node"],
  },
};

Deno.test({
  name: "a project type-checks and runs its program when the package is installed (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.withPackage(TYPESCRIPT, NODE_TYPES);
    await folder.write("program.ts", PROGRAM);
    await folder.write(
      "all.ts",
      specifiers.map((one, at) => `import * as all${at} from "${one}";\n`)
        .join("") + `console.log(${specifiers.map((_, at) => `all${at}`).join(", ")});\n`,
    );
    await folder.write("tsconfig.json", JSON.stringify(TSCONFIG));
    await folder.expect("npx", "tsc");
    assertEquals(await folder.expect("node", "program.js"), "HELLO\n{ drained: 0, cut: 0 }\n");
  },
});

Deno.test({
  name: "a project imports every export when the package is installed without types (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.withPackage();
    assertEquals((await folder.run("sh", "-c", "command -v deno")).code, 127);
    await folder.write(
      "all.js",
      `
      for (const one of ${JSON.stringify(specifiers)}) {
        console.log(one, Object.keys(await import(one)).length > 0);
      }
    `,
    );
    const expected = specifiers.map((one) => `${one} true\n`).join("");
    assertEquals(await folder.expect("node", "all.js"), expected);
  },
});

Deno.test({
  name: "npx parley serves and stops at a signal when the package is installed (needs npm/, pgrep)",
  ignore: ignore || !installed("pgrep"),
  fn: async () => {
    await using folder = await Folder.withPackage();
    await using server = folder.start(["npx", "parley", "serve", "talkback", "--port", "0"]);
    const [, port] = await server.stderr.until(/^talkback listening on .*:(\d+)$/m);
    await using conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await conn.write(new TextEncoder().encode("hello\n"));
    assertMatch(await textFrom(conn), /hello/);
    // npx tells a shell of its own, which tells nobody: what a terminal tells everybody, this tells the server.
    Deno.kill(await lastChild(server.pid), "SIGTERM");
    assertEquals(await server.ended, 0);
  },
});

Deno.test({
  name: "npx parley tour shows every program when the package is installed (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.withPackage();
    const output = await folder.expect("npx", "parley", "tour");
    assert(/^\d+ checks passed, 0 failed$/m.test(output), output);
  },
});

Deno.test({
  name: "the README's commands for Node do what it says when they are typed (needs npm/)",
  ignore,
  fn: async () => {
    await using folder = await Folder.make();
    await folder.write("package.json", JSON.stringify({ private: true, type: "module" }));
    const readme = await Deno.readTextFile(new URL("README.md", ROOT));
    const [, name = "", program = ""] = /^```js\n\/\/ (\S+)\n([^]*?)^```$/m.exec(readme) ?? [];
    await folder.write(name, program);
    const [, block = ""] = /^```sh\n# on Node[^\n]*\n([^]*?)^```$/m.exec(readme) ?? [];
    const lines = block.trimEnd().split("\n");
    const clone = decodeURIComponent(ROOT.pathname);
    let printed = "";
    for (const line of lines.filter((line) => !line.startsWith("#"))) {
      printed += await folder.expect("sh", "-c", `PARLEY='${clone}'; ${line}`);
    }
    const promised = lines.filter((line) => line.startsWith("# prints: "));
    assertEquals(promised.length, 1);
    for (const line of promised) assertStringIncludes(printed, line.slice("# prints: ".length));
  },
});

/** Returns the process that a chain of processes came to. */
async function lastChild(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("pgrep", { args: ["-P", String(pid)] }).output();
  const [child = ""] = new TextDecoder().decode(stdout).split("\n");
  return child === "" ? pid : await lastChild(Number(child));
}

/** Reads until there is a line with an answer. */
async function textFrom(conn: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  let text = "";
  while (!text.includes("hello")) {
    const n = await conn.read(buffer);
    if (n === null) break;
    text += decoder.decode(buffer.subarray(0, n), { stream: true });
  }
  return text;
}
