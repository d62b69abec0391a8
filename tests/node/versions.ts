// Runs the tests in npm/ on other lines of Node and on Bun, which npm has as packages:
//
//   deno task npm:test 22 24 bun      on all three
//   deno task npm:test 24 codec/      a part of them; what follows the versions is for run.ts
//   deno task npm:test --long         what takes long by nature, on the Node of this machine
//   deno task npm:test                the others

const RUN = "npm/esm/tests/node/run.js";

/** The line of Bun that is tested. */
const BUN = "bun@1.4";

const isVersion = (arg: string) => arg === "bun" || /^\d+(\.\d+)*$/.test(arg);
const count = Deno.args.findIndex((arg) => !isVersion(arg));
const versions = Deno.args.slice(0, count < 0 ? undefined : count);
const others = Deno.args.slice(versions.length);
const runtimes = versions.map((one) => ["npx", "-y", one === "bun" ? BUN : `node@${one}`]);

let failed = false;
for (const runtime of runtimes.length === 0 ? [["node"]] : runtimes) {
  if (await ends([...runtime, "--version"])) {
    failed = !await ends([...runtime, RUN, ...others]) || failed;
  } else console.log(`${runtime.at(-1)} cannot be had here: nothing was run on it`);
}
Deno.exit(failed ? 1 : 0);

async function ends([program = "", ...args]: readonly string[]): Promise<boolean> {
  return (await new Deno.Command(program, { args }).spawn().status).success;
}
