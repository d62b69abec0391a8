import { assertEquals } from "@std/assert";
import { parcel } from "../../../codec/parcel/parcel.ts";
import { Connection } from "../../../mod.ts";
import { memoryPair } from "../../../testing/memory_transport.ts";
import { busyTeller } from "../../../transfer/parcel/busy.ts";
import { stateOf } from "../../../testing/turns.ts";
import { hear } from "../dialogue.ts";

const MIB = 1024 ** 2;

Deno.test("busyTeller() says busy once for each 64 MiB that were read, and nothing before", async () => {
  const [ours, theirs] = memoryPair();
  using connection = new Connection(ours, parcel());
  using peer = new Connection(theirs, parcel());
  await connection.send({ type: "magic" });
  await hear(peer, "magic");
  const tell = busyTeller(connection);
  const first = peer.receive();
  for (const mib of [1, 63]) tell(mib * MIB);
  assertEquals(await stateOf(first), "pending");
  tell(64 * MIB);
  assertEquals((await first)?.type, "busy");
  const second = peer.receive();
  tell(127 * MIB);
  assertEquals(await stateOf(second), "pending");
  tell(130 * MIB);
  assertEquals((await second)?.type, "busy");
});
