import { assertEquals, assertMatch } from "@std/assert";
import { ReceiveStatus } from "../../../transfer/report/receive_status.ts";
import type { ReceiveProgress } from "../../../transfer/mod.ts";

const MIB = 1024 ** 2;

function progress(
  id: number,
  state: ReceiveProgress["state"],
  bytes: number,
  size: number | null = 4 * MIB,
): ReceiveProgress {
  return { id, path: `f${id}\x1b`, state, bytes, size };
}

Deno.test("ReceiveStatus says how far a file is, and how fast it came without what was there", () => {
  const status = new ReceiveStatus();
  assertEquals(status.isIdle, true);
  status.update(progress(1, "begun", 2 * MIB));
  assertEquals(status.isIdle, false);
  assertEquals(status.line(60, 0), " 50% 2.00/4.00 MiB f1\\x1b");
  status.update(progress(1, "going", 3 * MIB));
  assertEquals(status.line(60, 1000), " 75% 3.00/4.00 MiB 1.00 MiB/s 1 s f1\\x1b");
  status.update(progress(1, "over", 4 * MIB));
  assertEquals(status.isIdle, true);
});

Deno.test("ReceiveStatus says the total and the newest name when files come over several connections", () => {
  const status = new ReceiveStatus();
  status.update(progress(1, "begun", 0));
  status.update(progress(2, "begun", MIB));
  status.update(progress(1, "going", MIB));
  assertEquals(status.line(60, 0), "2.00 MiB f2\\x1b and 1 more");
  status.update(progress(2, "over", MIB));
  status.update(progress(3, "over", MIB));
  assertEquals(status.line(60, 0), " 25% 1.00/4.00 MiB f1\\x1b");
});

Deno.test("ReceiveStatus says how much came when nobody knows how much it will be", () => {
  const status = new ReceiveStatus();
  status.update(progress(1, "begun", 0, null));
  status.update(progress(1, "going", MIB, null));
  assertMatch(status.line(60, 0), /^1\.00 MiB f1/);
});
