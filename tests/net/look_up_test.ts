import { assertEquals } from "@std/assert";
import { lookUp } from "../../net/look_up.ts";
import { rejectionOf } from "../../testing/mod.ts";

Deno.test("lookUp() looks nothing up when its signal is aborted before", async () => {
  const reason = new Error("enough");
  const stop = new AbortController();
  const looking = rejectionOf(lookUp("localhost", { signal: stop.signal }));
  stop.abort(reason);
  assertEquals(await looking, reason);
  assertEquals(await rejectionOf(lookUp("localhost", { signal: stop.signal })), reason);
  assertEquals(await rejectionOf(lookUp("127.0.0.1", { signal: stop.signal })), reason);
});
