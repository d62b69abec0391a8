import { testLargeMessages } from "./large_messages.ts";

testLargeMessages({ largestBytes: 1024 * 1024 });
