import { testTransferCuts } from "./transfer_cuts.ts";

testTransferCuts(60);
