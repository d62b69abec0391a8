import { assertEquals } from "@std/assert";
import { RateMeter } from "../../../transfer/report/rate_meter.ts";

for (
  const [what, samples, rate] of [
    ["there is no sample", [], undefined],
    ["there is one sample", [[0, 100]], undefined],
    ["too little time has passed", [[0, 0], [499, 1000]], undefined],
    ["half a second has passed", [[0, 0], [500, 1000]], 2000],
    ["the count began above 0", [[0, 5000], [1000, 6000]], 1000],
    ["nothing came", [[0, 0], [1000, 0]], 0],
    ["three seconds have passed since it was faster", [[0, 0], [1000, 9000], [4000, 9000]], 0],
    ["the window begins between two samples", [[0, 0], [3000, 3000], [4000, 8000]], 2000],
  ] as const
) {
  Deno.test(`RateMeter gives ${rate} when ${what}`, () => {
    const meter = new RateMeter();
    for (const [atMs, bytes] of samples) meter.add(atMs, bytes);
    assertEquals(meter.bytesPerSecond, rate);
  });
}
