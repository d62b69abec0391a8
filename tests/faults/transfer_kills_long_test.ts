import { testGrown, testKills, testReplaced } from "./transfer_kills.ts";

for (const victim of ["server", "client"] as const) {
  testKills(victim);
  testReplaced(victim);
  testGrown(victim);
}
