import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ClosedError } from "../../mod.ts";
import type { FakeClock } from "../../testing/fake_clock.ts";
import type { MemoryTransport } from "../../testing/memory_transport.ts";
import { openLines } from "./open.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";
import { POLL_TURNS } from "../../net/turn.ts";

/** Asserts that a close ends at that millisecond, and not one before. */
async function assertClosesAt(
  ms: number,
  { closing, transport, clock }: {
    closing: Promise<void>;
    transport: MemoryTransport;
    clock: FakeClock;
  },
): Promise<void> {
  await clock.advance(ms - 1);
  assertEquals(transport.closed, false);
  await clock.advance(1);
  await closing;
  assert(transport.closed);
}

Deno.test("closeWrite() sends what waits, then FIN, and messages still come", async () => {
  const { connection, transport } = openLines();
  await connection.send("that is all");
  await connection.closeWrite();
  assertEquals([transport.written, transport.writeClosed], ["that is all\n", true]);
  transport.deliver("answer\n");
  assertEquals(await connection.receive(), "answer");
  const error = await rejectionOf(connection.send("late"));
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-closed", "local"]);
  assertEquals(error.message, "Cannot use the connection: it was closed here");
  connection.abort();
});

Deno.test("closeWrite() may be called again, and at the same time", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  await connection.send("x");
  const both = Promise.all([connection.closeWrite(), connection.closeWrite()]);
  transport.unblockWrites();
  await both;
  await connection.closeWrite();
  assertEquals([transport.written, transport.writeClosed], ["x\n", true]);
  connection.abort();
});

Deno.test("closeWrite() can be tried again when its signal ended the wait", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  await connection.send("x");
  const controller = new AbortController();
  const rejection = rejectionOf(connection.closeWrite({ signal: controller.signal }));
  controller.abort(new Error("not now"));
  assertEquals(String(await rejection), "Error: not now");
  assertEquals(transport.writeClosed, false);
  transport.unblockWrites();
  await connection.closeWrite();
  assert(transport.writeClosed);
  connection.abort();
});

Deno.test("closeWrite() rejects with connection-reset when the peer has gone", async () => {
  const { connection, transport } = openLines();
  transport.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  const error = await rejectionOf(connection.closeWrite());
  assertInstanceOf(error, ClosedError);
  assertEquals(error.code, "connection-reset");
  await connection.close();
  assert(transport.closed);
});

Deno.test("Connection still answers when the peer has finished sending", async () => {
  const { connection, transport } = openLines();
  transport.deliver("question\n");
  transport.finish();
  for await (const line of connection) await connection.send(`re: ${line}`);
  await connection.close();
  assertEquals(transport.written, "re: question\n");
  assert(transport.writeClosed && transport.closed);
});

Deno.test("close() sends what waits, says FIN, reads on, and closes when the peer finishes", async () => {
  const { connection, transport, clock } = openLines();
  await connection.send("bye");
  const closing = connection.close();
  await turns();
  assertEquals([transport.written, transport.writeClosed], ["bye\n", true]);
  transport.deliver("still talking\n", "and more\n");
  await turns();
  assertEquals([transport.unread, transport.closed, connection.closed], [0, false, false]);
  transport.finish();
  await closing;
  assert(transport.closed && connection.closed);
  assertEquals(clock.pending, 0);
});

Deno.test("close() waits drainMs at most when the peer does not finish", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { drainMs: 250 } });
  const closing = connection.close();
  await assertClosesAt(250, { closing: closing, transport, clock });
  assertEquals(clock.pending, 0);
});

Deno.test("close() waits drainMs at most when the FIN does not leave (TLS)", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { drainMs: 250 } });
  transport.blockCloseWrite();
  const closing = connection.close();
  await assertClosesAt(250, { closing: closing, transport, clock });
});

Deno.test("close() lingers also when closeWrite() was called before", async () => {
  const { connection, transport } = openLines();
  await connection.closeWrite();
  const closing = connection.close();
  transport.deliver("unread input\n");
  await turns();
  assertEquals([transport.unread, transport.closed], [0, false]);
  transport.finish();
  await closing;
});

Deno.test("close() settles when the connection is aborted on the way", async () => {
  for (const stage of ["flush", "fin", "linger"]) {
    const { connection, transport, clock } = openLines();
    if (stage === "flush") transport.blockWrites();
    if (stage === "fin") transport.blockCloseWrite();
    await connection.send("x");
    const closing = connection.close();
    await turns();
    connection.abort();
    assertEquals([stage, await stateOf(closing)], [stage, "fulfilled"]);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("close() settles when the FIN leaves after the connection was aborted", async () => {
  const { connection, transport } = openLines();
  const fin = Promise.withResolvers<void>();
  transport.closeWrite = () => fin.promise;
  const closing = connection.close();
  await turns();
  connection.abort();
  fin.resolve();
  assertEquals(await stateOf(closing), "fulfilled");
});

Deno.test("close() never rejects when the peer has reset or takes nothing", async () => {
  const reset = openLines();
  reset.transport.reset();
  await reset.connection.send("x");
  await reset.connection.close();
  assert(reset.transport.closed);

  const lingering = openLines();
  const closing = lingering.connection.close();
  await turns();
  lingering.transport.reset();
  await closing;

  const { connection, transport, clock } = openLines({ deadlines: { writeMs: 50 } });
  transport.blockWrites();
  await connection.send("x");
  const stuck = connection.close();
  await assertClosesAt(50, { closing: stuck, transport, clock });
});

Deno.test("close() is the same close when it is called again", async () => {
  const { connection, transport } = openLines();
  transport.finish();
  const first = connection.close();
  assertEquals(connection.close(), first);
  await first;
  await connection.close();
  connection.abort();
  connection[Symbol.dispose]();
  await connection[Symbol.asyncDispose]();
  assert(transport.closed);
});

Deno.test("close() ends the messages, and drops what comes later", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\nthree\n");
  assertEquals(await connection.receive(), "one");
  const closing = connection.close();
  await turns();
  // What waits decoded lies in a buffer that the reads of the close write over.
  assertEquals(await connection.receive(), undefined);
  assertEquals(connection.receivePartial(), undefined);
  transport.deliver("four\nfive\n");
  transport.finish();
  await closing;
  assertEquals(await connection.next(), { done: true, value: undefined });
});

Deno.test("close() ends the wait of who waits for a message", async () => {
  const { connection, transport } = openLines();
  const next = connection.next();
  const closing = connection.close();
  transport.finish();
  assertEquals(await next, { done: true, value: undefined });
  await closing;
});

Deno.test("abort() ends both directions at once with its reason", async () => {
  const { connection, transport, clock } = openLines();
  transport.blockWrites();
  await connection.send("never leaves");
  const reason = new Error("enough of you");
  const rejections = [connection.next(), connection.flush()].map(rejectionOf);
  connection.abort(reason);
  connection.abort(new Error("too late"));
  assertEquals(await Promise.all(rejections), [reason, reason]);
  assert(transport.closed && connection.closed);
  assertEquals([transport.written, clock.pending], ["", 0]);
  assertEquals(await rejectionOf(connection.next()), reason);
  assertEquals(await rejectionOf(connection.closeWrite()), reason);
});

Deno.test("abort() says that it was closed here when no reason is given", async () => {
  const { connection } = openLines();
  const rejection = rejectionOf(connection.next());
  connection.abort();
  const error = await rejection;
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-closed", "local"]);
});

Deno.test("abort() does not mind a transport that is closed already", () => {
  const { connection, transport } = openLines();
  transport.close();
  connection.abort();
  assert(connection.closed);
});

Deno.test("using aborts, await using closes politely", async () => {
  const hasty = openLines();
  {
    using connection = hasty.connection;
    void connection.send("dropped");
  }
  assertEquals([hasty.transport.written, hasty.transport.closed], ["", true]);
  const polite = openLines();
  polite.transport.finish();
  {
    await using connection = polite.connection;
    void connection.send("said");
  }
  assertEquals([polite.transport.written, polite.transport.closed], ["said\n", true]);
});

Deno.test("Connection is aborted when its signal is, before or after", async () => {
  const reason = new Error("the caller stops");
  const before = openLines({ signal: AbortSignal.abort(reason) });
  assert(before.connection.closed && before.transport.closed);
  assertEquals(await rejectionOf(before.connection.next()), reason);

  const controller = new AbortController();
  const { connection } = openLines({ signal: controller.signal });
  const rejection = rejectionOf(connection.next());
  controller.abort(reason);
  assertEquals(await rejection, reason);
});

Deno.test("connection.signal is aborted when the connection is over", async () => {
  const early = openLines();
  const { signal } = early.connection;
  assertEquals(signal.aborted, false);
  const reason = new Error("over");
  early.connection.abort(reason);
  assertEquals([signal.aborted, signal.reason], [true, reason]);

  const late = openLines();
  late.transport.finish();
  await late.connection.close();
  assert(late.connection.signal.aborted);
  assertInstanceOf(late.connection.signal.reason, ClosedError);
});

Deno.test("connection.signal is aborted by drain(), also when it is asked for later", () => {
  for (const asked of ["before", "after"]) {
    using connection = openLines().connection;
    if (asked === "before") assertEquals(connection.signal.aborted, false);
    connection.drain();
    const { reason } = connection.signal;
    assertInstanceOf(reason, ClosedError, asked);
    assertEquals([reason.code, reason.by], ["connection-cut", "local"]);
    assertEquals(reason.message, "Cannot go on: the server shuts down");
  }
});

Deno.test("drain() hands out what has arrived, then ends the messages", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\ntw", "o\n", "three\n");
  connection.drain();
  connection.drain();
  assertEquals(await Array.fromAsync(connection), ["one", "two", "three"]);
  assertEquals(connection.closed, false);
  await connection.send("bye");
  await connection.flush();
  assertEquals(transport.written, "bye\n");
  connection.abort();
});

Deno.test("drain() sends what waits and ends the wait of who waits for a message", async () => {
  const { connection, transport } = openLines();
  const next = connection.next();
  await connection.send("unasked");
  assertEquals(await stateOf(next), "pending");
  connection.drain();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(transport.written, "unasked\n");
  connection.abort();
});

Deno.test("drain() gives each wait turns of its own", async () => {
  const { connection, transport } = openLines();
  const controller = new AbortController();
  connection.drain();
  const gaveUp = rejectionOf(connection.receive({ signal: controller.signal }));
  await turns(POLL_TURNS - 1);
  controller.abort();
  await gaveUp;
  const next = connection.receive();
  await turns(POLL_TURNS - 1); // those of the first wait are over, those of the second one are not
  transport.deliver("in time\n");
  assertEquals(await next, "in time");
  assertEquals(await connection.receive(), undefined);
  connection.abort();
});

Deno.test("Connection.signal says why the connection ended when it is first asked for afterwards", () => {
  const { connection } = openLines();
  const reason = new Error("enough");
  connection.abort(reason);
  assertEquals(connection.signal.reason, reason);
});
