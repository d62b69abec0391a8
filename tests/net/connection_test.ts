import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ClosedError,
  Connection,
  defineCodec,
  fixed,
  lengthPrefixed,
  LimitError,
  lines,
  ProtocolError,
} from "../../mod.ts";
import { LARGE_BYTES, SMALL_BYTES } from "../../net/buffers.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { memoryPair, MemoryTransport } from "../../testing/memory_transport.ts";
import { open, openLines } from "./open.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

Deno.test("Connection gives each message when they come glued together", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\nthree\n");
  transport.finish();
  assertEquals(await Array.fromAsync(connection), ["one", "two", "three"]);
  assertEquals(transport.readSizes.length, 2);
  assertEquals(connection.bytesReceived, 14);
  connection.abort();
});

Deno.test("Connection gives whole messages when they come byte by byte", async () => {
  const { connection, transport } = openLines();
  for (const byte of new TextEncoder().encode("é\ntwo\n")) {
    transport.deliver(new Uint8Array([byte]));
  }
  transport.finish();
  assertEquals(await Array.fromAsync(connection), ["é", "two"]);
  connection.abort();
});

Deno.test("Connection talks to another one over a pair of transports", async () => {
  const clock = new FakeClock();
  const [ours, theirs] = memoryPair();
  await using client = new Connection(ours, lines(), { clock });
  await using server = new Connection(theirs, lines(), { clock });
  const serving = (async () => {
    for await (const line of server) await server.send(line.toUpperCase());
    await server.closeWrite();
  })();
  await client.send("a");
  await client.send("b");
  assertEquals([await client.receive(), await client.receive()], ["A", "B"]);
  await client.closeWrite();
  assertEquals(await client.receive(), undefined);
  await serving;
});

Deno.test("Connection sets TCP_NODELAY, and lives when the system refuses it", async () => {
  assert(openLines().transport.noDelay);
  const transport = new MemoryTransport();
  transport.setNoDelay = () => {
    throw new Error("Invalid argument (os error 22)");
  };
  using connection = new Connection(transport, lines(), { clock: new FakeClock() });
  transport.deliver("hi\n");
  assertEquals(await connection.receive(), "hi");
});

Deno.test("Connection says who it talks to and what passed", async () => {
  const { connection, transport } = openLines({ id: 7 });
  assertEquals(connection.id, 7);
  assertEquals(connection.remoteAddr, transport.remoteAddr);
  assertEquals(connection.localAddr, transport.localAddr);
  transport.blockWrites();
  await connection.send("four");
  assertEquals([connection.queuedBytes, connection.bytesSent], [5, 0]);
  transport.unblockWrites();
  await connection.flush();
  assertEquals([connection.queuedBytes, connection.bytesSent], [0, 5]);
  connection.abort();
});

Deno.test("Connection does not read when nobody waits for a message", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\n", "two\n");
  await turns();
  assertEquals(transport.readSizes, []);
  assertEquals(await connection.receive(), "one");
  await turns();
  assertEquals(transport.readSizes.length, 1);
  assertEquals(transport.unread, 4);
  connection.abort();
});

Deno.test("Connection reads more at once while the peer fills the buffer, and less when it stops", async () => {
  const { connection, transport } = open(lines({ maxBytes: 1 << 20 }));
  const next = connection.receive();
  transport.deliver(new Uint8Array(SMALL_BYTES).fill(97));
  transport.deliver(new Uint8Array(LARGE_BYTES).fill(97));
  transport.deliver("short");
  transport.deliver("short");
  transport.deliver("end\n");
  assertEquals((await next)?.length, SMALL_BYTES + LARGE_BYTES + 13);
  const [small, large] = [SMALL_BYTES, LARGE_BYTES];
  assertEquals(transport.readSizes, [small, large, large, large, small]);
  connection.abort();
});

Deno.test("Connection keeps each message whole when the next read uses the same buffer", async () => {
  const { connection, transport } = open(fixed(4));
  transport.deliver(new Uint8Array([1, 1, 1, 1, 2, 2]), new Uint8Array([2, 2, 3, 3, 3, 3]));
  const first = await connection.receive();
  const second = await connection.receive();
  const third = await connection.receive();
  assertEquals([first?.join(), second?.join(), third?.join()], ["1,1,1,1", "2,2,2,2", "3,3,3,3"]);
  connection.abort();
});

Deno.test("next() rejects with a TypeError when another call waits, which goes on", async () => {
  const { connection, transport } = openLines();
  const first = connection.next();
  await assertRejects(() => connection.next(), TypeError, "another call waits for the next one");
  await assertRejects(() => connection.receive({ waitMs: 5 }), TypeError);
  transport.deliver("for the first\n");
  assertEquals(await first, { done: false, value: "for the first" });
  connection.abort();
});

Deno.test("next() gives the messages before a protocol error, then the error again and again", async () => {
  const { connection, transport } = open(lines({ maxBytes: 3 }));
  transport.deliver("one\ntwo\nfour\nsix\n");
  assertEquals([await connection.receive(), await connection.receive()], ["one", "two"]);
  const error = await rejectionOf(connection.receive());
  assertInstanceOf(error, LimitError);
  assertEquals([error.limit, error.max, error.offset], ["maxLineBytes", 3, 8]);
  assertEquals(await rejectionOf(connection.next()), error);
  // The other direction stands, so that the peer can be told.
  await connection.send("417");
  await connection.flush();
  assertEquals(transport.written, "417\n");
  assertEquals(connection.closed, false);
  connection.abort();
});

Deno.test("next() rejects when the error comes with a later read", async () => {
  const { connection, transport } = open(lengthPrefixed({ maxBytes: 2 }));
  const next = connection.next();
  transport.deliver(new Uint8Array([0, 0, 0]), new Uint8Array([3]));
  await assertRejects(() => next, ProtocolError, "maxMessageBytes 2");
  connection.abort();
});

Deno.test("next() rejects when the stream ends in the middle of a message", async () => {
  const { connection, transport } = open(lengthPrefixed());
  transport.deliver(new Uint8Array([0, 0, 0, 3, 1]));
  transport.finish();
  const error = await rejectionOf(connection.next());
  assertInstanceOf(error, ProtocolError);
  assertEquals(error.code, "unexpected-end");
  connection.abort();
});

Deno.test("next() rejects with connection-reset when the peer resets", async () => {
  const { connection, transport } = openLines();
  const next = connection.next();
  transport.reset();
  const error = await rejectionOf(next);
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-reset", "peer"]);
  assertEquals(error.message, "Cannot receive: the peer reset the connection");
  assertInstanceOf(error.cause, Deno.errors.ConnectionReset);
  assert(connection.closed && transport.closed);
  assertEquals(await rejectionOf(connection.next()), error);
  assertEquals(await rejectionOf(connection.send("late")), error);
});

Deno.test("next() gives what came before a reset, then the error", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\n");
  assertEquals(await connection.receive(), "one");
  transport.reset();
  assertEquals(await connection.receive(), "two");
  assertInstanceOf(await rejectionOf(connection.next()), ClosedError);
});

Deno.test("next() ends only this connection when the codec throws where it should not", async () => {
  const broken = defineCodec<string>(() => ({
    push() {
      throw new TypeError("a bug in push");
    },
    end() {},
    next: () => undefined,
  }), () => {});
  const { connection, transport } = open(broken);
  transport.deliver("x");
  await assertRejects(() => connection.next(), TypeError, "a bug in push");
  assert(transport.closed);
});

Deno.test("return() leaves the connection as it is when a loop is left", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\n");
  for await (const line of connection) {
    assertEquals(line, "one");
    break;
  }
  assertEquals(await connection.receive(), "two");
  connection.abort();
});

Deno.test("receive() loses nothing when its time runs out", async () => {
  const { connection, transport, clock } = openLines();
  const first = connection.receive({ waitMs: 100 });
  const rejection = rejectionOf(first);
  transport.deliver("ha");
  await clock.advance(99);
  assertEquals(await stateOf(first), "pending");
  await clock.advance(1);
  assertEquals(
    String(await rejection),
    "DeadlineError: Cannot receive a message from 127.0.0.1:2: none came within 100 ms (receive deadline)",
  );
  transport.deliver("lf\n");
  await turns();
  assertEquals(await connection.receive(), "half");
  connection.abort();
  assertEquals(clock.pending, 0);
});

Deno.test("receive() loses nothing when its signal is aborted", async () => {
  const { connection, transport, clock } = openLines();
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const rejection = rejectionOf(connection.receive({ signal: controller.signal }));
  controller.abort(reason);
  assertEquals(await rejection, reason);
  assertEquals(await rejectionOf(connection.receive({ signal: controller.signal })), reason);
  transport.deliver("kept\n");
  assertEquals(await connection.receive({ waitMs: 10 }), "kept");
  connection.abort();
  assertEquals(clock.pending, 0);
});

for (const waitMs of [-1, NaN]) {
  Deno.test(`receive() and peek() take nothing when waitMs: ${waitMs} is set`, async () => {
    const { connection, transport, clock } = openLines();
    transport.deliver("kept\n");
    const message = `Cannot set waitMs: ${waitMs} `;
    await assertRejects(() => connection.receive({ waitMs }), RangeError, message);
    await assertRejects(() => connection.peek(1, { waitMs }), RangeError, message);
    assertEquals(await connection.receive({ waitMs: 0 }), "kept");
    connection.abort();
    assertEquals(clock.pending, 0);
  });
}

Deno.test("receive() hears the end when it comes while nobody waits", async () => {
  const { connection, transport, clock } = openLines();
  const rejection = rejectionOf(connection.receive({ waitMs: 1 }));
  await clock.advance(1);
  await rejection;
  transport.finish();
  await turns();
  assertEquals(await connection.receive(), undefined);
  connection.abort();
});

Deno.test("receive() counts against the idle deadline when an earlier call gave up", async () => {
  const { connection, clock } = openLines({ deadlines: { idleMs: 1000 } });
  const gaveUp = rejectionOf(connection.receive({ waitMs: 10 }));
  await clock.advance(10);
  await gaveUp;
  const rejection = rejectionOf(connection.receive());
  await clock.advance(999);
  assertEquals(connection.closed, false);
  await clock.advance(1);
  assertEquals(
    String(await rejection),
    "DeadlineError: Cannot keep the connection to 127.0.0.1:2: no byte passed within 1000 ms (idle deadline)",
  );
});

Deno.test("receivePartial() gives what came of a line without its ending", async () => {
  const { connection, transport, clock } = openLines();
  const rejection = rejectionOf(connection.receive({ waitMs: 10 }));
  transport.deliver("Password: ");
  await clock.advance(10);
  await rejection;
  assertEquals(connection.receivePartial(), "Password: ");
  assertEquals(connection.receivePartial(), undefined);
  transport.deliver("\n", "next\n");
  assertEquals(await connection.receive(), "next");
  connection.abort();
});

Deno.test("receivePartial() gives whole messages first, and then cuts no later one", async () => {
  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\nthr", "ee\nfo", "ur\n");
  assertEquals(await connection.receive(), "one");
  assertEquals(connection.receivePartial(), "two");
  assertEquals([await connection.receive(), await connection.receive()], ["three", "four"]);
  connection.abort();
});

Deno.test("receivePartial() gives nothing when the codec cannot, and when the connection is over", async () => {
  const prefixed = open(lengthPrefixed());
  prefixed.transport.deliver(new Uint8Array([0, 0, 0, 9]));
  const rejection = rejectionOf(prefixed.connection.receive({ waitMs: 1 }));
  await prefixed.clock.advance(1);
  await rejection;
  assertEquals(prefixed.connection.receivePartial(), undefined);
  prefixed.connection.abort();

  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\n");
  assertEquals(await connection.receive(), "one");
  connection.abort();
  assertEquals(connection.receivePartial(), undefined);
});

Deno.test("switchTo() hands on the bytes that belong to no message yet", async () => {
  const { connection, transport } = openLines();
  transport.deliver("BINARY\n\x00\x00\x00\x02h", "i\x00\x00\x00\x01!");
  assertEquals(await connection.receive(), "BINARY");
  void connection.send("ok");
  const binary = connection.switchTo(lengthPrefixed());
  void binary.send(new Uint8Array([7]));
  const text = (bytes?: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([text(await binary.receive()), text(await binary.receive())], ["hi", "!"]);
  await binary.flush();
  assertEquals(transport.written, "ok\n\x00\x00\x00\x01\x07");
  binary.abort();
});

Deno.test("switchTo() hands on bytes when the peer has finished", async () => {
  const { connection, transport, clock } = openLines();
  transport.deliver("go\nabcd");
  assertEquals(await connection.receive(), "go");
  const rejection = rejectionOf(connection.receive({ waitMs: 1 }));
  await clock.advance(1);
  await rejection;
  transport.finish();
  await turns();
  const next = connection.switchTo(fixed(2));
  const text = (bytes?: Uint8Array) => bytes && new TextDecoder().decode(bytes);
  assertEquals([text(await next.receive()), text(await next.receive())], ["ab", "cd"]);
  assertEquals(await next.receive(), undefined);
  next.abort();
});

Deno.test("switchTo() refuses a decoder without rest(), and while a call waits", () => {
  const codec = defineCodec<string>(
    () => ({ push() {}, end() {}, next: () => undefined }),
    () => {},
  );
  using bare = open(codec).connection;
  assertThrows(() => bare.switchTo(lines()), TypeError, "the decoder in use has no rest()");
  using waiting = openLines().connection;
  const next = waiting.next();
  next.catch(() => {});
  assertThrows(() => waiting.switchTo(fixed(1)), TypeError, "a call waits for a message");
});

Deno.test("Connection refuses options that are none", () => {
  const make = (options: ConstructorParameters<typeof Connection>[2]) => () =>
    new Connection(new MemoryTransport(), lines(), options);
  assertThrows(make({ limits: { maxQueuedBytes: 0 } }), RangeError, "Cannot set maxQueuedBytes: 0");
  assertThrows(make({ deadlines: { idleMs: 0 } }), RangeError, "Cannot set idleMs: 0");
  assertThrows(make({ deadlines: { writeMs: -1 } }), RangeError, "Cannot set writeMs: -1");
  assertThrows(make({ deadlines: { drainMs: NaN } }), RangeError, "Cannot set drainMs: NaN");
  assertThrows(make({ deadlines: { gapMs: 0 } }), RangeError, "Cannot set gapMs: 0");
  assertThrows(make({ rate: { bytesPerSecond: 0 } }), RangeError, "Cannot limit to 0 a second");
  assertThrows(make({ rate: { messagesPerSecond: NaN } }), RangeError, "Cannot limit to NaN");
});
