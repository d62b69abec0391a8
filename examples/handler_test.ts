// Tests a handler without a network and without waiting: both ends in memory, and a clock that the test moves.
//
//   deno test examples/handler_test.ts

import { Connection, lines } from "@parley/sockets";
import { FakeClock, memoryPair } from "@parley/sockets/testing";
import { assertEquals } from "@std/assert";

/** Hears one name within five seconds. */
async function greet(connection: Connection<string>): Promise<void> {
  const name = await connection.receive({ waitMs: 5_000 }).catch(() => undefined);
  await connection.send(name === undefined ? "You said nothing." : `Hello, ${name}!`);
  await connection.close();
}

Deno.test("greet() greets who says a name, however the bytes are cut", async () => {
  const [ours, theirs] = memoryPair();
  const greeting = greet(new Connection(ours, lines()));
  theirs.write(new TextEncoder().encode("Al"));
  theirs.write(new TextEncoder().encode("ice\n"));
  using client = new Connection(theirs, lines());
  assertEquals(await client.receive(), "Hello, Alice!");
  await client.close();
  await greeting;
});

Deno.test("greet() gives up when nothing comes for five seconds", async () => {
  const clock = new FakeClock();
  const [ours, theirs] = memoryPair();
  const greeting = greet(new Connection(ours, lines(), { clock }));
  using client = new Connection(theirs, lines());
  await clock.advance(5_000);
  assertEquals(await client.receive(), "You said nothing.");
  await client.close();
  await greeting;
});
