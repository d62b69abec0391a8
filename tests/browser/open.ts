// Shows codec/'s tests in whichever browser is at hand.
//
//   deno run --allow-net=127.0.0.1 --allow-read --allow-env --allow-run tests/browser/open.ts
import { serveSite } from "./site.ts";
import { pageTests, suiteSite } from "./suite.ts";

const { addr } = serveSite(await suiteSite(pageTests()));
console.log(`Open http://127.0.0.1:${addr.port}/ to run the tests; Ctrl+C ends this`);
