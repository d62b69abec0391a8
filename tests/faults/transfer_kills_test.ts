import { testGrown, testKills, testReplaced } from "./transfer_kills.ts";

// With the offers accepted, within the blocks, and when all is stored but not said: transfer_kills_long_test.ts has all.
testKills("server", [4, 6, 10]);
testKills("client", [6, 8]);
testReplaced("server");
testGrown("client");
