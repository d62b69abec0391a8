import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** The packages of a lock file, with their versions. */
async function locked(file: string): Promise<string[]> {
  const lock: { npm: Record<string, unknown> } = JSON.parse(
    await Deno.readTextFile(new URL(file, ROOT)),
  );
  return Object.keys(lock.npm);
}

Deno.test("the tour fetches no package that tests and builds alone need", async () => {
  // Before a task runs, Deno fetches all that deno.lock has.
  const [users, all] = [await locked("deno.lock"), await locked("tests/deno.lock")];
  for (
    const file of [
      "tests/browser/packages.ts",
      "tests/net/websocket/npm_ws.ts",
      "links/dnt/typescript.ts",
    ]
  ) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    const named = Array.from(text.matchAll(/"npm:([^"]+)"/g), ([, name = ""]) => name);
    assert(named.length > 0, `${file} names no package`);
    for (const name of new Set(named)) {
      assert(!users.includes(name), `deno.lock has ${name}`);
      assert(all.includes(name), `tests/deno.lock lacks ${name}`);
    }
  }
});

Deno.test("tests run with the very packages that the programs use", async () => {
  const all = new Set(await locked("tests/deno.lock"));
  assertEquals((await locked("deno.lock")).filter((name) => !all.has(name)), []);
});
