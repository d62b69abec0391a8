import { assert, assertEquals } from "@std/assert";
import { testLinearTime } from "./linear_time.ts";
import { workOf } from "./work.ts";

testLinearTime({ largeBytes: 64 * 1024, many: 5_000 });

Deno.test("workOf() leaves everything as it was", () => {
  const before = [Uint8Array.prototype.set, TextDecoder.prototype.decode];
  workOf(() => {});
  assertEquals([Uint8Array.prototype.set, TextDecoder.prototype.decode], before);
  assert(!Object.hasOwn(Uint8Array.prototype, "set"));
});
