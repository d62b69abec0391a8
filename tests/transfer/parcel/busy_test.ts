import { assertEquals } from "@std/assert";
import { parcel } from "../../../codec/parcel/parcel.ts";
import { Connection } from "../../../mod.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { memoryPair } from "../../../testing/memory_transport.ts";
import { keepTellingBusy } from "../../../transfer/parcel/busy.ts";
import { stateOf } from "../../../testing/turns.ts";
import { hear } from "../dialogue.ts";

Deno.test("keepTellingBusy() says busy every five seconds until it is released, and nothing before", async () => {
  const [ours, theirs] = memoryPair();
  const clock = new FakeClock();
  using connection = new Connection(ours, parcel());
  using peer = new Connection(theirs, parcel());
  await connection.send({ type: "magic" });
  await hear(peer, "magic");
  {
    using _busy = keepTellingBusy(connection, clock);
    const first = peer.receive();
    await clock.advance(4_999);
    assertEquals(await stateOf(first), "pending");
    await clock.advance(1);
    assertEquals((await first)?.type, "busy");
    await clock.advance(5_000);
    await hear(peer, "busy");
  }
  assertEquals(clock.pending, 0);
});
