import { assert, assertEquals } from "@std/assert";
import { Folder, manifest, PACKAGE } from "./project.ts";

const TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
  },
};

Deno.test({
  name: "the examples in the declarations run on Node as they stand (needs npm/)",
  ignore: manifest === undefined,
  fn: async () => {
    const examples = [...examplesIn("esm")];
    assert(examples.length > 50, `${examples.length} examples`);
    await using folder = await Folder.withPackage("@types/node@20.19.43", "typescript@6.0.3");
    for (const { name, text } of examples) {
      await folder.write(`${name}.ts`, `// ${name}\n${text}export {};\n`);
    }
    await folder.write("tsconfig.json", JSON.stringify(TSCONFIG));
    await folder.expect("npx", "tsc", "--pretty", "false");
    await folder.write("run.js", RUN_ALL);
    const names = examples.map(({ name }) => name);
    const output = await folder.expect("timeout", "100", "node", "run.js", ...names);
    assertEquals(
      output.trimEnd().split("\n").filter((line) => line.startsWith("ran ")).length,
      names.length,
    );
  },
});

/** Runs modules one behind the other. */
const RUN_ALL = `
for (const name of process.argv.slice(2)) {
  process.stderr.write(name + "\\n");
  await import("./" + name + ".js");
  console.log("ran " + name);
}
process.exit();
`;

/** The examples in the declarations of a folder, each with a name of its own. */
function* examplesIn(folder: string): Generator<{ name: string; text: string }> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, PACKAGE))) {
    const path = `${folder}/${name}`;
    if (isDirectory && !["tests", "links"].includes(name)) yield* examplesIn(path);
    if (!name.endsWith(".d.ts")) continue;
    const text = Deno.readTextFileSync(new URL(path, PACKAGE));
    const found = text.matchAll(/^([ \t]*\* )```ts\n([^]*?)^\1```$/gm);
    for (const [at, [, , lines = ""]] of [...found].entries()) {
      const example = lines.replaceAll(/^[ \t]*\* ?/gm, "");
      // What the package does not export has its own file's name.
      if (example.includes('from "./')) continue;
      yield { name: `${path.replace(/\.d\.ts$/, "").replaceAll("/", "_")}_${at}`, text: example };
    }
  }
}
