import { testLinearTime } from "./linear_time.ts";

testLinearTime({ largeBytes: 1024 * 1024, many: 50_000 });
