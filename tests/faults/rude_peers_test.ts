import { testDeadBeforeAccept, testRudePeers } from "./rude_peers.ts";

// rude_peers_long_test.ts has ten thousand.
testRudePeers(400);
testDeadBeforeAccept(100);
