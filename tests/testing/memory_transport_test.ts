import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { rejectionOf, stateOf } from "../../testing/turns.ts";

const BYTES = Uint8Array.of(104, 105);

Deno.test("MemoryTransport.unblockWrites() lets every write go on when writes were blocked twice", async () => {
  const transport = new MemoryTransport();
  transport.blockWrites();
  const first = transport.write(BYTES);
  transport.blockWrites();
  const second = transport.write(BYTES);
  assertEquals([await stateOf(first), await stateOf(second)], ["pending", "pending"]);
  transport.unblockWrites();
  assertEquals([await first, await second, await transport.write(BYTES)], [2, 2, 2]);
  assertEquals(transport.written, "hihihi");
});

Deno.test("MemoryTransport.blockWrites() holds only later writes when it follows unblockWrites()", async () => {
  const transport = new MemoryTransport();
  transport.blockWrites();
  const first = transport.write(BYTES);
  transport.unblockWrites();
  transport.blockWrites();
  const second = transport.write(BYTES);
  assertEquals([await first, await stateOf(second)], [2, "pending"]);
  transport.unblockWrites();
  assertEquals(await second, 2);
});

Deno.test("MemoryTransport.unblockCloseWrite() lets it go on when it was blocked twice", async () => {
  const transport = new MemoryTransport();
  transport.blockCloseWrite();
  const closing = transport.closeWrite();
  transport.blockCloseWrite();
  assertEquals([await stateOf(closing), transport.writeClosed], ["pending", false]);
  transport.unblockCloseWrite();
  await closing;
  assertEquals(transport.writeClosed, true);
});

Deno.test("MemoryTransport.close() ends what is blocked when it was blocked twice", async () => {
  const transport = new MemoryTransport();
  transport.blockWrites();
  transport.blockCloseWrite();
  const blocked = [rejectionOf(transport.write(BYTES)), rejectionOf(transport.closeWrite())];
  transport.blockWrites();
  transport.blockCloseWrite();
  transport.close();
  for (const call of blocked) {
    assertEquals(await stateOf(call), "fulfilled");
    assertInstanceOf(await call, Deno.errors.Interrupted);
  }
});

Deno.test("MemoryTransport.failWrites() ends what is blocked, and blocks do not hold what fails", async () => {
  const transport = new MemoryTransport();
  const failure = new Error("gone");
  transport.blockWrites();
  transport.blockCloseWrite();
  const blocked = [rejectionOf(transport.write(BYTES)), rejectionOf(transport.closeWrite())];
  transport.failWrites(failure);
  for (const call of blocked) assertStrictEquals(await call, failure);
  transport.unblockWrites();
  transport.unblockCloseWrite();
  transport.blockWrites();
  transport.blockCloseWrite();
  const later = [rejectionOf(transport.write(BYTES)), rejectionOf(transport.closeWrite())];
  for (const call of later) {
    assertEquals(await stateOf(call), "fulfilled");
    assertStrictEquals(await call, failure);
  }
});
