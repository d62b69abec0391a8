import { testTransferCuts } from "./transfer_cuts.ts";

testTransferCuts(1000);
