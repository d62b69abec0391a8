import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { rejectionOf, stateOf } from "../../testing/turns.ts";

Deno.test("MemoryListener.accept() is busy while another one waits, which stays", async () => {
  const listener = new MemoryListener();
  const first = listener.accept();
  const error = await assertRejects(() => listener.accept(), Deno.errors.Busy);
  assertEquals(error.message, "Another accept task is ongoing");
  assertEquals(await stateOf(first), "pending");
  const peer = listener.connect();
  assertStrictEquals(await first, peer);
  const next = listener.connect();
  assertStrictEquals(await listener.accept(), next);
});

Deno.test("MemoryListener.close() ends the accept that waits, and refuses later ones", async () => {
  const listener = new MemoryListener();
  const waiting = listener.accept();
  await assertRejects(() => listener.accept(), Deno.errors.Busy);
  listener.close();
  for (const accept of [waiting, listener.accept()]) {
    const error = await rejectionOf(accept);
    assertEquals(
      [error instanceof Deno.errors.BadResource, String(error)],
      [true, "BadResource: Listener has been closed"],
    );
  }
});

Deno.test("Deno's listener is busy as MemoryListener is", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting = listener.accept();
  const error = await assertRejects(() => listener.accept(), Deno.errors.Busy);
  assertEquals(error.message, "Another accept task is ongoing");
  listener.close();
  await assertRejects(() => waiting, Deno.errors.BadResource);
});
