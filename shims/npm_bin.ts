// What the package's command `parley` runs. It is npm's alone: cli.ts asks for import.meta.main, and is imported here.
import { main } from "../cli.ts";

Deno.exit(await main(Deno.args));
