import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { lines, SharedBytes } from "../../mod.ts";
import { turns } from "../../testing/turns.ts";
import { openLines } from "./open.ts";

const encoder = new TextEncoder();
const shared = (text: string) => new SharedBytes(encoder.encode(text));

Deno.test("SharedBytes.encode() encodes messages one behind the other", () => {
  const { buffer, length } = SharedBytes.encode(lines(), ["one", "two"]);
  assertEquals([new TextDecoder().decode(buffer), length], ["one\ntwo\n", 8]);
});

Deno.test("trySend() writes at once, and what comes meanwhile joined behind it", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  assertEquals(connection.trySend(shared("one\n")), true);
  assertEquals(transport.writeCalls, 1);
  assertEquals([connection.trySend(shared("two\n")), connection.trySend(shared("three\n"))], [
    true,
    true,
  ]);
  assertEquals(connection.queuedBytes, 14);
  transport.unblockWrites();
  await turns();
  assertEquals([transport.writeCalls, transport.written], [2, "one\ntwo\nthree\n"]);
  assertEquals([connection.queuedBytes, connection.bytesSent], [0, 14]);
  connection.abort();
});

Deno.test("trySend() keeps its place between what send() gathers", async () => {
  const { connection, transport } = openLines();
  void connection.send("one");
  connection.trySend(shared("two\n"));
  void connection.send("three");
  connection.trySend(shared("four\n"));
  await turns();
  assertEquals([transport.writeCalls, transport.written], [1, "one\ntwo\nthree\nfour\n"]);
  connection.abort();
});

Deno.test("trySend() writes large pieces from where they stand, and joins small ones up to 64 KiB", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  const piece = (bytes: number) => new SharedBytes(new Uint8Array(bytes));
  connection.trySend(piece(1));
  for (const bytes of [10, 16 * 1024, 20, 30]) connection.trySend(piece(bytes));
  for (let count = 0; count < 10; count++) connection.trySend(piece(10_000));
  transport.unblockWrites();
  await turns();
  const sizes = transport.writes.map(({ length }) => length);
  assertEquals(sizes, [1, 10, 16 * 1024, 70_050, 30_000]);
  connection.abort();
});

Deno.test("trySend() keeps few pieces of much that is small, and shares what is large", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  connection.trySend(shared("first"));
  for (let count = 0; count < 5000; count++) connection.trySend(shared("0123456789"));
  const large = new SharedBytes(new Uint8Array(20_000));
  connection.trySend(large);
  connection.trySend(shared("last"));
  transport.unblockWrites();
  await turns();
  assertEquals(transport.writes.map(({ length }) => length), [5, 50_000, 20_000, 4]);
  connection.abort();
});

Deno.test("trySend() says false past maxQueuedBytes, and takes nothing then", async () => {
  const { connection, transport } = openLines({ limits: { maxQueuedBytes: 10 } });
  transport.blockWrites();
  assertEquals(connection.trySend(shared("0123456789abcdef")), true);
  assertEquals([connection.trySend(shared("x")), connection.queuedBytes], [false, 16]);
  transport.unblockWrites();
  await turns();
  transport.blockWrites();
  assertEquals(connection.trySend(shared("01234")), true);
  assertEquals(connection.trySend(shared("56789")), true);
  assertEquals(connection.trySend(shared("x")), false);
  transport.unblockWrites();
  await turns();
  assertEquals(transport.written, "0123456789abcdef0123456789");
  connection.abort();
});

Deno.test("trySend() says false once a close has begun, and when the connection is over", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  connection.trySend(shared("one"));
  const closed = connection.close();
  assertEquals(connection.trySend(shared("two")), false);
  transport.unblockWrites();
  transport.finish();
  await closed;
  assertEquals([connection.trySend(shared("three")), transport.written], [false, "one"]);
});

Deno.test("trySend() takes nothing where there is nothing", async () => {
  const { connection, transport } = openLines();
  assertEquals(connection.trySend(shared("")), true);
  await turns();
  assertEquals(transport.writeCalls, 0);
  connection.abort();
});

Deno.test("onLowWater is called once few bytes wait, after trySend() said false", async () => {
  const { connection, transport } = openLines({ limits: { maxQueuedBytes: 100 } });
  let calls = 0;
  connection.onLowWater = () => void calls++;
  transport.maxWriteBytes = 30;
  transport.blockWrites();
  connection.trySend(new SharedBytes(new Uint8Array(90)));
  assertEquals(connection.trySend(shared("01234567890")), false);
  assertEquals(connection.trySend(shared("0123456789")), true);
  transport.unblockWrites();
  await turns();
  assertEquals([calls, connection.queuedBytes], [1, 0]);
  connection.trySend(shared("more"));
  await turns();
  assertEquals(calls, 1);
  connection.abort();
});

Deno.test("onLowWater may send again, throw, and be taken away", async () => {
  const { connection, transport } = openLines({ limits: { maxQueuedBytes: 4 } });
  const fill = () => {
    transport.blockWrites();
    connection.trySend(shared("1234"));
    assertEquals(connection.trySend(shared("5")), false);
    transport.unblockWrites();
  };
  connection.onLowWater = () => void connection.trySend(shared("again"));
  fill();
  await turns();
  assertEquals(transport.written, "1234again");
  const { error } = console;
  const printed: unknown[] = [];
  console.error = (line: unknown) => printed.push(line);
  try {
    connection.onLowWater = () => {
      throw new Error("of its own");
    };
    fill();
    await turns();
  } finally {
    console.error = error;
  }
  assertEquals([connection.closed, printed.length], [false, 1]);
  connection.onLowWater = undefined;
  fill();
  await turns();
  assertEquals([connection.onLowWater, transport.written], [undefined, "1234again12341234"]);
  connection.abort();
});

Deno.test("a broadcast is spread over turns, in order for each", async () => {
  const all = Array.from({ length: 200 }, () => openLines());
  await turns(2);
  for (const { connection } of all) connection.trySend(shared("one\n"));
  for (const { connection } of all) connection.trySend(shared("two\n"));
  const begun = all.filter(({ transport }) => transport.writeCalls > 0).length;
  // Writes of the turns before may count.
  assert(begun >= 32 && begun <= 64, String(begun));
  await turns(2);
  assertEquals(all.some(({ transport }) => transport.writeCalls === 0), true);
  await turns(10);
  for (const { transport, connection } of all) {
    assertEquals(transport.written, "one\ntwo\n");
    connection.abort();
  }
});

Deno.test("what send() gave to many is spread over turns as well", async () => {
  const all = Array.from({ length: 200 }, () => openLines());
  await turns(2);
  for (const { connection } of all) void connection.send("one");
  await turns(2);
  const begun = all.filter(({ transport }) => transport.writeCalls > 0).length;
  assert(begun > 0 && begun <= 2 * 64, String(begun));
  await turns(10);
  for (const { transport, connection } of all) {
    assertEquals(transport.written, "one\n");
    connection.abort();
  }
});

Deno.test("a trace shows what trySend() took", async () => {
  const seen: unknown[] = [];
  const { connection } = openLines({
    trace: (event) => event.type === "message" && seen.push(event.message, event.to),
  });
  const one = shared("one\n");
  connection.trySend(one);
  await turns();
  assertStrictEquals(seen[0], one.buffer);
  assertEquals(seen[1], 4);
  connection.abort();
});

Deno.test("tryReceive() takes what has come, and waits for nothing", async () => {
  const { connection, transport } = openLines();
  assertEquals(connection.tryReceive(), undefined);
  transport.deliver("one\ntwo\nthr");
  assertEquals(await connection.receive(), "one");
  assertEquals([connection.tryReceive(), connection.tryReceive()], ["two", undefined]);
  const third = connection.receive();
  assertEquals(connection.tryReceive(), undefined);
  transport.deliver("ee\nfour\n");
  assertEquals([await third, connection.tryReceive()], ["three", "four"]);
  connection.abort();
  assertEquals(connection.tryReceive(), undefined);
});

Deno.test("tryReceive() keeps to the peer's message rate", async () => {
  const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 1 } });
  transport.deliver("1\n2\n3\n");
  assertEquals([await connection.receive(), connection.tryReceive()], ["1", "2"]);
  assertEquals([connection.tryReceive(), connection.receivePartial()], [undefined, undefined]);
  await clock.advance(1000);
  assertEquals(connection.tryReceive(), "3");
  connection.abort();
});
