import { assert, assertEquals } from "@std/assert";
import { Folder, manifest } from "./project.ts";

const SPECIFIERS = Object.keys(manifest?.exports ?? {})
  .map((name) => `@parley/sockets${name.slice(1)}`);

/** The first that the declarations are for. */
const FIRST = "5.4.5";
const BETWEEN = ["5.6.3", "5.7.3", "5.9.3", "6.0.3"];
const LAST = "7.0.2";

/** How much is tried. */
export interface TypeScriptOptions {
  /** Every version, and not the first and the last alone. */
  all: boolean;
}

/** The oldest Node that is supported, and the newest there is. */
const NODE_TYPES = ["@types/node@20.19.43", "@types/node@26"] as const;

const COMMON = {
  target: "es2022",
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  // No `types`, no `lib`: it has to be found as it stands.
};
const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;

/** Says of what it gets what that is. */
const PROGRAM = `
import { connect, Connection, lengthPrefixed, lines, serve } from "@parley/sockets";
import { Deno } from "@parley/sockets/deno";
${SPECIFIERS.map((one, at) => `import * as all${at} from "${one}";`).join("\n")}

const listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const server = serve(listener, { codec: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase());
});
const port: number = server.addr.port;
const connection: Connection<string> = await connect({ port, codec: lines() });
const answer: string | undefined = await connection.receive();
const frames = await connect({ port, codec: lengthPrefixed() });
const frame: Uint8Array | undefined = await frames.receive();
await frames.send(new Uint8Array(1));
console.log(answer, frame, await server.shutdown(), ${SPECIFIERS.map((_, at) => `all${at}`)});
`;
/** None of it may be \`any\`. */
const WRONG = `
import { connect, lengthPrefixed } from "@parley/sockets";
const frame = await (await connect({ port: 1, codec: lengthPrefixed() })).receive();
const wrong: number = frame;
`;

/** Tests that a program of the package's user compiles, whatever TypeScript the user has. */
export function testTypeScript({ all }: TypeScriptOptions): void {
  const versions = [FIRST, ...all ? BETWEEN : [], LAST];
  Deno.test({
    name: `the declarations hold as they stand for TypeScript ${versions.join(", ")} (needs npm/)`,
    ignore: manifest === undefined,
    fn: async (test) => {
      const compilers = versions.map((version) => `ts-${version}@npm:typescript@${version}`);
      await using folder = await Folder.withPackage(NODE_TYPES[0], ...compilers);
      const tsc = async (version: string, options: object) => {
        await folder.write("tsconfig.json", JSON.stringify({ compilerOptions: options }));
        return await folder.run("node", `node_modules/ts-${version}/bin/tsc`, "--pretty", "false");
      };
      const holds = (version: string, resolution: keyof typeof RESOLUTIONS, others = {}) =>
        test.step(`${version}, ${resolution} ${JSON.stringify(others)}`, async () => {
          await folder.write("program.ts", PROGRAM);
          const options = { ...COMMON, ...RESOLUTIONS[resolution], ...others };
          const { code, stdout } = await tsc(version, options);
          assertEquals([code, stdout], [0, ""]);
        });
      for (const version of versions) {
        await holds(version, "nodenext");
        if (all) await holds(version, "bundler");
        await test.step(`${version} says what a frame is`, async () => {
          await folder.write("program.ts", WRONG);
          const options = { ...COMMON, ...RESOLUTIONS.bundler, skipLibCheck: true };
          const { stdout } = await tsc(version, options);
          const expected = /^program.ts\(4,7\): error TS2322: Type 'Uint8Array.* \| undefined'/;
          assert(expected.test(stdout), stdout);
        });
      }
      await folder.expect("npm", "install", NODE_TYPES[1]);
      await holds(LAST, "bundler");
      await holds(LAST, "nodenext", { lib: ["es2022"] });
    },
  });
}
