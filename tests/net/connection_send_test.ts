import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ClosedError, fixed, LimitError, lines, ProtocolError } from "../../mod.ts";
import { open, openLines } from "./open.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

const KIB = 1024;

Deno.test("send() joins answers into one write when several messages were waiting", async () => {
  const { connection, transport } = openLines();
  transport.deliver("a\nb\nc\n", "d\n");
  const serving = (async () => {
    for await (const line of connection) await connection.send(line.toUpperCase());
  })();
  await turns();
  assertEquals(transport.writes.map((bytes) => new TextDecoder().decode(bytes)), [
    "A\nB\nC\n",
    "D\n",
  ]);
  transport.finish();
  await serving;
  connection.abort();
});

Deno.test("send() leaves on this turn when no message waits any more", async () => {
  const { connection, transport } = openLines();
  await connection.send("asked");
  assertEquals(transport.writeCalls, 0);
  const next = connection.next();
  assertEquals(transport.writeCalls, 0);
  await Promise.resolve();
  assertEquals(transport.writeCalls, 1);
  transport.deliver("answered\n");
  assertEquals(await next, { done: false, value: "answered" });
  connection.abort();
});

Deno.test("send() leaves on the next turn when next() is not called", async () => {
  const { connection, transport } = openLines();
  await connection.send("one");
  await connection.send("two");
  assertEquals(transport.writeCalls, 0);
  await turns(2);
  assertEquals([transport.writeCalls, transport.written], [1, "one\ntwo\n"]);
  await connection.send("three");
  await turns(2);
  assertEquals([transport.writeCalls, transport.written], [2, "one\ntwo\nthree\n"]);
  connection.abort();
});

Deno.test("send() gathers what comes while a write is under way into the next one", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  await connection.send("first");
  await turns();
  for (const line of ["a", "b", "c"]) await connection.send(line);
  transport.unblockWrites();
  await connection.flush();
  assertEquals(transport.writes.length, 2);
  assertEquals(transport.written, "first\na\nb\nc\n");
  connection.abort();
});

Deno.test("send() writes everything when the system takes only some of it", async () => {
  const { connection, transport } = openLines();
  transport.maxWriteBytes = 3;
  await connection.send("0123456789");
  await connection.flush();
  assertEquals(transport.writes.map((bytes) => bytes.length), [3, 3, 3, 2]);
  assertEquals([transport.written, connection.bytesSent], ["0123456789\n", 11]);
  connection.abort();
});

Deno.test("send() waits above 64 KiB, and goes on at a quarter of it", async () => {
  const { connection, transport } = open(fixed(KIB));
  transport.blockWrites();
  const message = new Uint8Array(KIB);
  for (let count = 0; count < 64; count++) {
    assertEquals(await stateOf(connection.send(message)), "fulfilled");
  }
  assertEquals(connection.queuedBytes, 64 * KIB);
  const waiting = connection.send(message);
  assertEquals(await stateOf(waiting), "pending");
  // The first write holds what was gathered on the first turn; the others wait behind it.
  transport.maxWriteBytes = KIB;
  transport.unblockWrites();
  await waiting;
  assertEquals(connection.queuedBytes, 16 * KIB);
  await connection.flush();
  assertEquals([connection.queuedBytes, connection.bytesSent], [0, 65 * KIB]);
  connection.abort();
});

Deno.test("send() begins to write at once above the high-water mark", () => {
  const { connection, transport } = open(fixed(65 * KIB));
  void connection.send(new Uint8Array(65 * KIB));
  assertEquals(transport.writeCalls, 1);
  connection.abort();
});

Deno.test("send() takes up to maxQueuedBytes, and ends the connection one byte above", async () => {
  for (const [second, outcome] of [[9, "queued"], [10, "queued"], [11, "over"]] as const) {
    const { connection, transport } = open(lines(), { limits: { maxQueuedBytes: 20 } });
    transport.blockWrites();
    void connection.send("x".repeat(9)); // 10 bytes with its ending
    await turns();
    const sent = connection.send("x".repeat(second - 1));
    if (outcome === "queued") {
      assertEquals(await stateOf(sent), "fulfilled");
      assertEquals([connection.queuedBytes, connection.closed], [10 + second, false]);
      connection.abort();
      continue;
    }
    const error = await rejectionOf(sent);
    assertInstanceOf(error, LimitError);
    assertEquals(error.message, "Cannot queue message: 21 bytes exceed maxQueuedBytes 20");
    assertEquals([error.limit, error.max, error.got, error.side], [
      "maxQueuedBytes",
      20,
      21,
      "local",
    ]);
    assert(connection.closed && transport.closed);
    assertEquals(await rejectionOf(connection.next()), error);
    assertEquals(await rejectionOf(connection.send("late")), error);
    assertEquals(connection.queuedBytes, 0);
  }
});

Deno.test("send() takes a message over maxQueuedBytes when nothing else waits, and waits", async () => {
  const { connection, transport } = open(fixed(100 * KIB), { limits: { maxQueuedBytes: 20 } });
  transport.blockWrites();
  const sent = connection.send(new Uint8Array(100 * KIB));
  assertEquals(await stateOf(sent), "pending");
  assertEquals(connection.closed, false);
  transport.unblockWrites();
  await sent;
  assertEquals(connection.bytesSent, 100 * KIB);
  connection.abort();
});

Deno.test("send() leaves the connection standing when the codec cannot say the message", async () => {
  const { connection, transport } = openLines();
  void connection.send("fine");
  const error = await rejectionOf(connection.send("two\nlines"));
  assertInstanceOf(error, ProtocolError);
  assertEquals([error.code, error.side], ["delimiter-inside", "local"]);
  await connection.send("goes on");
  await connection.flush();
  assertEquals(transport.written, "fine\ngoes on\n");
  connection.abort();
});

Deno.test("send() sends nothing when its signal is aborted before", async () => {
  const { connection, transport } = openLines();
  const reason = new Error("no more");
  const signal = AbortSignal.abort(reason);
  assertEquals(await rejectionOf(connection.send("unsaid", { signal })), reason);
  await connection.flush();
  assertEquals(transport.written, "");
  connection.abort();
});

Deno.test("send() still sends when its signal ends the wait", async () => {
  const { connection, transport } = open(fixed(100 * KIB));
  transport.blockWrites();
  const controller = new AbortController();
  const sent = connection.send(new Uint8Array(100 * KIB), { signal: controller.signal });
  const reason = new Error("not that long");
  controller.abort(reason);
  assertEquals(await rejectionOf(sent), reason);
  transport.unblockWrites();
  await connection.flush();
  assertEquals(connection.bytesSent, 100 * KIB);
  connection.abort();
});

Deno.test("send() rejects with connection-reset when the peer has gone, and its input is still read", async () => {
  const { connection, transport } = openLines();
  transport.deliver("last words\n");
  transport.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  await connection.send("unheard");
  const error = await rejectionOf(connection.flush());
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-reset", "peer"]);
  assertEquals(error.message, "Cannot send: the peer reset the connection");
  assertEquals(await rejectionOf(connection.send("more")), error);
  assertEquals(connection.closed, false);
  assertEquals(await connection.receive(), "last words");
  connection.abort();
});

Deno.test("send() needs nobody to handle its rejection", async () => {
  const { connection, transport } = openLines();
  connection.abort();
  void connection.send("after the end");
  await turns();
  assertEquals(transport.written, "");
});

Deno.test("flush() waits until everything is with the system, or its signal is aborted", async () => {
  const { connection, transport } = openLines();
  assertEquals(await stateOf(connection.flush()), "fulfilled");
  transport.blockWrites();
  await connection.send("one");
  const controller = new AbortController();
  const flushed = connection.flush();
  const aborted = connection.flush({ signal: controller.signal });
  assertEquals(await stateOf(flushed), "pending");
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await rejectionOf(aborted), reason);
  assertEquals(await rejectionOf(connection.flush({ signal: controller.signal })), reason);
  transport.unblockWrites();
  await flushed;
  assertEquals(transport.written, "one\n");
  connection.abort();
});

Deno.test("flush() rejects when the connection is aborted", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  await connection.send("one");
  const reason = new Error("over");
  const { signal } = new AbortController();
  const rejections = [rejectionOf(connection.flush()), rejectionOf(connection.flush({ signal }))];
  connection.abort(reason);
  assertEquals(await Promise.all(rejections), [reason, reason]);
});
