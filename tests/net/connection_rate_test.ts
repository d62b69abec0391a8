import { assertEquals, assertInstanceOf } from "@std/assert";
import { DeadlineError, fixed } from "../../mod.ts";
import { open, openLines } from "./open.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

const TWO_A_SECOND = { messagesPerSecond: 2 };

Deno.test("rate.messagesPerSecond lets one second's worth pass at once, then slows down", async () => {
  const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 10 } });
  transport.deliver("x\n".repeat(30));
  const at: number[] = [];
  const receiving = (async () => {
    for (let count = 0; count < 14; count++) {
      await connection.receive();
      at.push(clock.now());
    }
  })();
  await clock.advance(10_000);
  await receiving;
  // The one that makes the debt passes too.
  assertEquals(at, [...Array(11).fill(0), 100, 200, 300]);
  connection.abort();
});

Deno.test("rate.messagesPerSecond does not read on while it waits", async () => {
  const { connection, transport, clock } = openLines({ rate: TWO_A_SECOND });
  transport.deliver("1\n", "2\n", "3\n", "4\n");
  for (const line of ["1", "2", "3"]) assertEquals(await connection.receive(), line);
  const fourth = connection.receive();
  await clock.advance(499);
  assertEquals([await stateOf(fourth), transport.unread], ["pending", 2]);
  await clock.advance(1);
  assertEquals(await fourth, "4");
  connection.abort();
});

Deno.test("rate.messagesPerSecond sends what waits before it pauses", async () => {
  const { connection, transport } = openLines({ rate: TWO_A_SECOND });
  transport.deliver("1\n2\n3\n4\n");
  for (let count = 0; count < 3; count++) await connection.send((await connection.receive())!);
  void connection.next();
  await Promise.resolve();
  assertEquals(transport.writeCalls, 1);
  connection.abort();
});

Deno.test("rate.messagesPerSecond keeps receive() and its time and signal as they are", async () => {
  const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 1 } });
  transport.deliver("1\n2\n3\n");
  assertEquals([await connection.receive(), await connection.receive()], ["1", "2"]);
  const tooShort = rejectionOf(connection.receive({ waitMs: 400 }));
  await clock.advance(400);
  assertInstanceOf(await tooShort, DeadlineError);
  const controller = new AbortController();
  const stopped = rejectionOf(connection.receive({ signal: controller.signal }));
  controller.abort(new Error("stop"));
  assertEquals(String(await stopped), "Error: stop");
  const third = connection.receive();
  assertInstanceOf(await rejectionOf(connection.next()), TypeError);
  await clock.advance(599);
  assertEquals(await stateOf(third), "pending");
  await clock.advance(1);
  assertEquals(await third, "3");
  connection.abort();
  assertEquals(clock.pending, 0);
});

Deno.test("rate.messagesPerSecond holds back what a read brings that an earlier call began", async () => {
  const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 1 } });
  transport.deliver("1\n", "part");
  assertEquals(await connection.receive(), "1");
  const gaveUp = rejectionOf(connection.receive({ waitMs: 10 }));
  await clock.advance(10);
  await gaveUp;
  assertEquals([connection.receivePartial(), transport.reading], ["part", true]);
  const next = connection.receive();
  transport.deliver("\n2\n");
  await clock.advance(989);
  assertEquals([await stateOf(next), transport.unread], ["pending", 0]);
  await clock.advance(1);
  assertEquals(await next, "2");
  connection.abort();
});

Deno.test("rate.messagesPerSecond ends the pause when the connection is over", async () => {
  const { connection, transport, clock } = openLines({ rate: TWO_A_SECOND });
  transport.deliver("1\n2\n3\n4\n");
  for (let count = 0; count < 3; count++) await connection.receive();
  const reason = new Error("over");
  const rejection = rejectionOf(connection.next());
  connection.abort(reason);
  assertEquals(await rejection, reason);
  assertEquals(clock.pending, 0);
});

Deno.test("rate.messagesPerSecond still hands everything out when the peer has finished", async () => {
  const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 1 } });
  transport.deliver("1\n2\n3\n");
  transport.finish();
  const all = Array.fromAsync(connection);
  await clock.advance(5000);
  assertEquals(await all, ["1", "2", "3"]);
  connection.abort();
});

Deno.test("rate.messagesPerSecond still hands everything out when the connection drains", async () => {
  for (const when of ["before the pause", "in the pause"]) {
    const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 1 } });
    transport.deliver("1\n2\n3\n");
    if (when === "before the pause") connection.drain();
    const all = Array.fromAsync(connection);
    await turns();
    connection.drain();
    await clock.advance(5000);
    assertEquals(await all, ["1", "2", "3"], when);
    connection.abort();
  }
});

Deno.test("rate.bytesPerSecond reads no more until the debt is paid", async () => {
  const { connection, transport, clock } = open(fixed(100), { rate: { bytesPerSecond: 100 } });
  for (let count = 0; count < 4; count++) transport.deliver(new Uint8Array(100));
  const at: number[] = [];
  const receiving = (async () => {
    for (let count = 0; count < 4; count++) {
      await connection.receive();
      at.push(clock.now());
    }
  })();
  await clock.advance(999);
  assertEquals([at.length, transport.unread], [2, 200]);
  await clock.advance(5000);
  await receiving;
  assertEquals(at, [0, 0, 1000, 2000]);
  connection.abort();
});

Deno.test("rate.bytesPerSecond does not count its own pause as idle", async () => {
  const { connection, transport, clock } = open(fixed(100), {
    rate: { bytesPerSecond: 10 },
    deadlines: { idleMs: 500 },
  });
  transport.deliver(new Uint8Array(100), new Uint8Array(100));
  await connection.receive();
  const second = connection.receive();
  await clock.advance(8999);
  assertEquals([await stateOf(second), connection.closed], ["pending", false]);
  await clock.advance(1);
  assertEquals((await second)?.length, 100);
  connection.abort();
});

Deno.test("rate.bytesPerSecond reads nothing after its pause when nobody waits any more", async () => {
  const { connection, transport, clock } = open(fixed(100), { rate: { bytesPerSecond: 50 } });
  transport.deliver(new Uint8Array(100), new Uint8Array(100));
  await connection.receive();
  const gaveUp = rejectionOf(connection.receive({ waitMs: 1 }));
  await clock.advance(2000);
  await gaveUp;
  assertEquals(transport.unread, 100);
  assertEquals((await connection.receive())?.length, 100);
  connection.abort();
  assertEquals(clock.pending, 0);
});
