// Runs the documents' code and commands as a reader would: TypeScript blocks become the files that their first line
// names, "terminal 1" runs until "terminal 2" is done, and what a comment says is printed has to be printed.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const root = new URL("../", import.meta.url);

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return Array.from(
    markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm),
    ([, language = "", text = ""]) => ({ language, text }),
  );
}

/** What is not run here, and who runs it. */
const RUN_ELSEWHERE = [
  // This is what runs these tests; .ci/run runs the very lines (docs_test.ts).
  /task test(:long)?$/,
  /task ok$/,
];

/** A folder in the package, so that its files find the package by its name; and a `deno` for the commands. */
class Workplace implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Workplace> {
    const path = await Deno.makeTempDir({ dir: root.pathname, prefix: ".readme-" });
    await Deno.mkdir(`${path}/bin`);
    await Deno.symlink(Deno.execPath(), `${path}/bin/deno`);
    return new Workplace(path);
  }

  /** Starts a shell command. */
  start(command: string): Deno.ChildProcess {
    // With Node alone, npx brings the very Deno that runs here.
    const here = command.replaceAll("npx -y deno@2.9.6", "deno")
      // A reader stands in the package itself, this stands in a folder of it.
      .replaceAll(/ (servers|clients|examples)\//g, " ../$1/");
    return new Deno.Command("sh", {
      // The shell gives its place to the last command, so that a signal reaches it.
      args: ["-c", here.includes("|") ? here : `exec ${here}`],
      cwd: this.path,
      env: { PATH: `${this.path}/bin:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function runToEnd(workplace: Workplace, block: Block): Promise<void> {
  const lines = block.text.trimEnd().split("\n");
  for (const line of lines.filter((line) => !line.startsWith("#"))) {
    if (RUN_ELSEWHERE.some((pattern) => pattern.test(line))) continue;
    const child = workplace.start(line);
    const { code, stdout, stderr } = await child.output();
    const printed = new TextDecoder().decode(stdout);
    assertEquals(code, 0, `${line}\n${printed}${new TextDecoder().decode(stderr)}`);
    const promised = lines.find((one) => one.startsWith("# prints: "));
    if (promised) assertStringIncludes(printed, promised.slice("# prints: ".length));
  }
}

/** The texts of the files in examples/. */
async function examplesThere(): Promise<Set<string>> {
  const texts = new Set<string>();
  for await (const { name } of Deno.readDir(new URL("examples/", root))) {
    texts.add(await Deno.readTextFile(new URL(`examples/${name}`, root)));
  }
  return texts;
}

/** Waits until a server can be connected to: its own first line says so, or its port does. */
async function untilListening(server: Deno.ChildProcess, command: string): Promise<void> {
  const [, port = ""] = /:(\d+)/.exec(command) ?? [];
  let ended = false;
  server.status.then(() => ended = true);
  while (!ended) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`${command} ended before it listened`);
}

const DOCUMENTS = ["README.md", "CONTRIBUTING.md"] as const;

async function blocksIn(document: string): Promise<Block[]> {
  const blocks = blocksOf(await Deno.readTextFile(new URL(document, root)));
  assert(blocks.length > 0, `${document} has no code`);
  return blocks;
}

/** Makes the files that a document's TypeScript blocks name; returns their names. */
async function makeFiles(workplace: Workplace, blocks: readonly Block[]): Promise<string[]> {
  const names: string[] = [];
  const examples = await examplesThere();
  for (const { text } of blocks.filter(({ language }) => language === "ts")) {
    // It is a file of examples/, as deno task docs put it here.
    if (examples.has(text)) continue;
    const [, name] = /^\/\/ (\w+\.ts)\n/.exec(text) ?? [];
    assert(name !== undefined, `A block does not name its file: ${text}`);
    await Deno.writeTextFile(`${workplace.path}/${name}`, text);
    names.push(name);
  }
  return names;
}

Deno.test("every code block of the documents passes the type check", async () => {
  await using workplace = await Workplace.make();
  const blocks = (await Promise.all(DOCUMENTS.map(blocksIn))).flat();
  const names = await makeFiles(workplace, blocks);
  assertEquals(new Set(names).size, names.length, "two blocks have one name");
  const { code, stderr } = await workplace.start(`deno check ${names.join(" ")}`).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

for (const document of DOCUMENTS) {
  Deno.test(`every command line of ${document} runs as it stands`, async () => {
    await using workplace = await Workplace.make();
    const blocks = await blocksIn(document);
    await makeFiles(workplace, blocks);
    let server: Deno.ChildProcess | undefined;
    for (const block of blocks.filter(({ language }) => language === "sh")) {
      // tests/package/install_test.ts runs these.
      if (block.text.startsWith("# on Node")) continue;
      if (block.text.startsWith("# terminal 1\n")) {
        const command = block.text.trimEnd().split("\n")[1] ?? "";
        server = workplace.start(command);
        await untilListening(server, command);
        continue;
      }
      await runToEnd(workplace, block);
      if (!server) continue;
      server.kill("SIGTERM");
      await server.output();
      server = undefined;
    }
  });
}
