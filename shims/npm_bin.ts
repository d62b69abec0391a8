// What the command `parley` of the npm package runs: no other module of that package starts anything.
import { main } from "../cli.ts";

Deno.exit(await main(Deno.args));
