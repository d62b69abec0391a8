import { testLargeMessages } from "./large_messages.ts";

testLargeMessages({ largestBytes: 16 * 1024 * 1024 });
