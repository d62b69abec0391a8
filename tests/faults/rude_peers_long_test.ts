import { testRudePeers } from "./rude_peers.ts";

testRudePeers(10_000);
