// Runs the tests in npm/ on other lines of Node, which npm has as packages:
//
//   deno task npm:test 22 24          on both
//   deno task npm:test 24 codec/      a part of them; what follows the versions is for run.ts
//   deno task npm:test --long         what takes long by nature, on the Node of this machine
//   deno task npm:test                the others

const RUN = "npm/esm/tests/node/run.js";

const isVersion = (arg: string) => /^\d+(\.\d+)*$/.test(arg);
const count = Deno.args.findIndex((arg) => !isVersion(arg));
const versions = Deno.args.slice(0, count < 0 ? undefined : count);
const others = Deno.args.slice(versions.length);
const nodes = versions.map((version) => ["npx", "-y", `node@${version}`]);

let failed = false;
for (const node of nodes.length === 0 ? [["node"]] : nodes) {
  if (await ends([...node, "--version"])) failed = !await ends([...node, RUN, ...others]) || failed;
  else console.log(`${node.at(-1)} cannot be had here: nothing was run on it`);
}
Deno.exit(failed ? 1 : 0);

async function ends([program = "", ...args]: readonly string[]): Promise<boolean> {
  return (await new Deno.Command(program, { args }).spawn().status).success;
}
