import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  BodyDecoder,
  ClosedError,
  type Connection,
  type ConnectionOptions,
  DeadlineError,
  defineCodec,
  LimitError,
  lines,
  ProtocolError,
  type ReceiveBuffer,
  serve,
} from "../../mod.ts";
import type { BodyPiece } from "../../codec/body_decoder.ts";
import type { TraceEvent } from "../../net/trace.ts";
import { SMALL_BYTES } from "../../net/buffers.ts";
import { POLL_TURNS } from "../../net/turn.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import type { MemoryTransport } from "../../testing/memory_transport.ts";
import { open, type Opened, openLines } from "./open.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";

type Message = number | BodyPiece;

const KIB = 1024;
const HEAD_BYTES = 2;

/** A head is the body's length in two bytes; as a message, the length. A body that has a "!" in it is broken. */
class Bodies extends BodyDecoder<number> {
  #broken = false;

  protected override decodeHead(buffer: ReceiveBuffer): number | undefined {
    if (buffer.length < HEAD_BYTES) return undefined;
    const [high = 0, low = 0] = buffer.take(HEAD_BYTES);
    this.expectBody(high * 256 + low);
    return high * 256 + low;
  }

  protected override onBody(bytes: Uint8Array): void {
    this.#broken ||= bytes.includes(33);
  }

  protected override onBodyEnd(): void {
    const options = { limit: "maxMessageBytes", max: 0, got: 1, unit: "marks" } as const;
    if (this.#broken) throw new LimitError("Cannot decode body", options);
  }
}

const bodies = defineCodec<Message, string>(
  () => new Bodies(),
  (text, writer) => void writer.text(text),
);

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Returns a head and its body. */
function framed(body: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(body.length >> 8, body.length & 0xff, ...new TextEncoder().encode(body));
}

/** Keeps the buffers that the transport is given to read into, or to write. */
function given(transport: MemoryTransport, call: "read" | "write"): Uint8Array[] {
  const views: Uint8Array[] = [];
  const original = transport[call].bind(transport);
  transport[call] = (bytes: Uint8Array): Promise<number> => {
    views.push(bytes);
    // The null of a read passes as it is.
    return original(bytes) as Promise<number>;
  };
  return views;
}

/** Opens a connection that has a head and `sent` bytes of its body; `left` are the others. */
async function openBody(
  body: string,
  { sent = 0, ...options }: { sent?: number } & ConnectionOptions = {},
): Promise<Opened<Message, string> & { left: Uint8Array<ArrayBuffer> }> {
  const opened = open(bodies, options);
  const bytes = framed(body);
  opened.transport.deliver(bytes.slice(0, HEAD_BYTES + sent));
  assertEquals(await opened.connection.receive(), body.length);
  return { ...opened, left: bytes.slice(HEAD_BYTES + sent) };
}

/** Reads a body to its end. */
async function readAll(connection: Connection<Message, string>, room = 5): Promise<string> {
  const into = new Uint8Array(room);
  const pieces: string[] = [];
  for (let count; (count = await connection.readBody(into)) > 0;) {
    pieces.push(text(into.subarray(0, count)));
  }
  return pieces.join("|");
}

/** Waits for a message that does not come; its read stays pending. */
async function giveUp({ connection, clock }: Opened<Message, string>): Promise<void> {
  const rejection = rejectionOf(connection.receive({ waitMs: 10 }));
  await clock.advance(10);
  assertInstanceOf(await rejection, DeadlineError);
}

Deno.test("readBody() gives what is buffered first, then reads into the caller's buffer", async () => {
  const { connection, transport, left } = await openBody("abcdefgh", { sent: 3 });
  const views = given(transport, "read");
  const whole = new Uint8Array(100);
  const into = whole.subarray(10, 90);
  assertEquals(await connection.readBody(into), 3);
  assertEquals([text(into.subarray(0, 3)), views.length], ["abc", 0]);
  const read = connection.readBody(into);
  // The view stops at the body's end, whatever room there is.
  assertEquals([views[0]?.buffer, views[0]?.byteOffset, views[0]?.length], [whole.buffer, 10, 5]);
  transport.deliver(left, framed("xy"));
  assertEquals([await read, text(into.subarray(0, 5))], [5, "defgh"]);
  assertEquals([await connection.readBody(into), views.length], [0, 1]);
  assertEquals([whole[9], into[5], connection.bytesReceived], [0, 0, 10]);
  assertEquals([await connection.receive(), await readAll(connection)], [2, "xy"]);
  // That a body filled its buffer says nothing about the next head's.
  assertEquals(transport.readSizes, [SMALL_BYTES, 5, SMALL_BYTES]);
  connection.abort();
});

Deno.test("readBody() gives no more than there is room for, and goes on when a read brings nothing", async () => {
  const { connection, transport, left } = await openBody("abcdefgh", { sent: 3 });
  const nothing = new Uint8Array(0);
  transport.deliver(nothing, left.slice(0, 1), nothing, nothing, left.slice(1));
  assertEquals(await readAll(connection, 2), "ab|c|d|ef|gh");
  assertEquals(transport.readSizes, [SMALL_BYTES, 2, 2, 2, 2, 2, 2]);
  connection.abort();
});

Deno.test("readBody() takes no byte of the next head, however they come", async () => {
  const glued = Uint8Array.from(["hello", "", "012345", ""].flatMap((body) => [...framed(body)]));
  for (let at = 1; at < glued.length; at++) {
    const { connection, transport } = open(bodies);
    transport.deliver(glued.slice(0, at), glued.slice(at));
    transport.finish();
    const got: unknown[] = [];
    for await (const head of connection) got.push(head, await readAll(connection, 9));
    assertEquals(got.join().replaceAll("|", ""), "5,hello,0,,6,012345,0,", `cut at ${at}`);
    connection.abort();
  }
});

Deno.test("next() gives a body that nobody reads, also from where readBody() stopped", async () => {
  const { connection, transport, left } = await openBody("abcdefgh", { sent: 3 });
  assertEquals(await connection.readBody(new Uint8Array(1)), 1);
  transport.deliver(left, framed("z"));
  const messages = [await connection.receive(), await connection.receive()];
  const shown = messages.map((one) => typeof one === "object" ? [one.type, text(one.bytes)] : one);
  assertEquals(shown, [["body", "bc"], ["body", "defgh"]]);
  assertEquals(await connection.receive(), 1);
  connection.abort();
});

Deno.test("readBody() gives 0 when no head came, the body is empty, or the codec has none", async () => {
  const into = new Uint8Array(4);
  const none = open(bodies);
  none.transport.deliver(framed(""));
  none.transport.finish();
  for (const head of [0, undefined]) {
    assertEquals(await none.connection.readBody(into), 0);
    assertEquals(await none.connection.receive(), head);
  }
  assertEquals(await none.connection.readBody(into), 0);
  none.connection.abort();
  const { connection, transport } = openLines();
  transport.deliver("one\ntwo\n");
  assertEquals([await connection.receive(), await connection.readBody(into)], ["one", 0]);
  assertEquals([await connection.receive(), transport.readSizes.length], ["two", 1]);
  connection.abort();
});

Deno.test("readBody() refuses no room, and any second call while one waits", async () => {
  const { connection, transport, left } = await openBody("ab");
  await assertRejects(() => connection.readBody(new Uint8Array(0)), TypeError, "into 0 bytes");
  const into = new Uint8Array(2);
  await connection.send("what waits leaves first");
  const read = connection.readBody(into);
  await Promise.resolve();
  assertEquals(transport.writeCalls, 1);
  const another = "another call waits for the next one already";
  await assertRejects(() => connection.readBody(new Uint8Array(9)), TypeError, another);
  await assertRejects(() => connection.next(), TypeError, another);
  await assertRejects(() => connection.receive({ waitMs: 5 }), TypeError, another);
  assertThrows(() => connection.switchTo(lines()), TypeError, "a call waits for a message");
  assertEquals(connection.receivePartial(), undefined);
  transport.deliver(left);
  assertEquals([await read, text(into)], [2, "ab"]);
  const next = connection.next();
  await assertRejects(() => connection.readBody(into), TypeError, another);
  transport.deliver(framed(""));
  assertEquals(await next, { done: false, value: 0 });
  connection.abort();
});

Deno.test("readBody() takes what the read of a receive() that gave up brings", async () => {
  const opened = await openBody("abcdef");
  const { connection, transport, left } = opened;
  await giveUp(opened);
  const views = given(transport, "read");
  const into = new Uint8Array(4);
  const read = connection.readBody(into);
  transport.deliver(left.slice(0, 5));
  assertEquals([await read, text(into), views.length], [4, "abcd", 0]);
  assertEquals([await connection.readBody(into), into[0], views.length], [1, 101, 0]);
  const last = connection.readBody(into);
  assertEquals(views.map(({ buffer, length }) => [buffer, length]), [[into.buffer, 1]]);
  transport.deliver(left.slice(5), framed("gh").slice(0, HEAD_BYTES));
  assertEquals([await last, await connection.receive()], [1, 2]);
  // The same when it came before readBody() was called.
  await giveUp(opened);
  transport.deliver("gh");
  await turns();
  assertEquals([await readAll(connection), transport.reading], ["gh", false]);
  connection.abort();
});

Deno.test("readBody() ends the connection after idleMs without a byte either way", async () => {
  const opened = await openBody("abc", { deadlines: { idleMs: 1000 } });
  const { connection, transport, clock, left } = opened;
  const into = new Uint8Array(3);
  const first = connection.readBody(into);
  await clock.advance(999);
  transport.deliver(left.slice(0, 1));
  assertEquals(await first, 1);
  await clock.advance(5000); // nobody waits
  await giveUp(opened); // its read is taken over
  const rejection = rejectionOf(connection.readBody(into));
  await clock.advance(900);
  await connection.send("still there");
  await clock.advance(900);
  // A call that is refused stops no watch.
  const controller = new AbortController();
  const refused = rejectionOf(connection.receive({ signal: controller.signal }));
  controller.abort();
  assertInstanceOf(await refused, TypeError);
  await clock.advance(99);
  assertEquals(connection.closed, false);
  await clock.advance(1);
  const error = await rejection;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms, connection.closed, clock.pending], ["idle", 1000, true, 0]);
  assertEquals(await rejectionOf(connection.readBody(into)), error);
});

Deno.test("readBody() reads no more than rate.bytesPerSecond allows, which is not idle time", async () => {
  const options = { rate: { bytesPerSecond: 100 }, deadlines: { idleMs: 500 } };
  const { connection, transport, clock, left } = await openBody("x".repeat(298), options);
  transport.deliver(left);
  const at: number[] = [];
  const reading = (async () => {
    while (await connection.readBody(new Uint8Array(100)) > 0) at.push(clock.now());
  })();
  await clock.advance(10_000);
  await reading;
  // 2 bytes were the head's, and the read that makes the debt passes too.
  assertEquals([at, clock.pending], [[0, 20, 1020], 0]);
  connection.abort();
});

Deno.test("readBody() is not held up by rate.messagesPerSecond", async () => {
  const opened = await openBody("abcd", { sent: 2, rate: { messagesPerSecond: 1 } });
  const { connection, transport, clock, left } = opened;
  assert(typeof await connection.receive() === "object");
  await giveUp(opened);
  const read = readAll(connection);
  transport.deliver(left.slice(0, 1));
  await clock.advance(2000); // the pause that the call before began passes
  transport.deliver(left.slice(1));
  assertEquals([await read, clock.now()], ["c|d", 2010]);
  connection.abort();
});

Deno.test("readBody() rejects with unexpected-end when the peer finishes inside a body", async () => {
  for (const [sent, early] of [[0, true], [0, false], [2, true], [2, false]] as const) {
    const { connection, transport } = await openBody("abcde", { sent });
    if (early) transport.finish();
    const rejection = rejectionOf(readAll(connection));
    await turns();
    transport.finish();
    const error = await rejection;
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.code, error.offset], ["unexpected-end", HEAD_BYTES + sent]);
    assertEquals(await rejectionOf(readAll(connection)), error);
    assertEquals(await rejectionOf(connection.next()), error);
    // The other direction stands, so that the peer can be told.
    await connection.send("cut short");
    await connection.flush();
    assertEquals(transport.written, "cut short");
    connection.abort();
  }
});

Deno.test("readBody() rejects at the end of a broken body, buffered or not", async () => {
  for (const sent of [4, 2, 0]) {
    const { connection, transport, left } = await openBody("ab!d", { sent });
    transport.deliver(left);
    const into = new Uint8Array(2);
    assertEquals(await connection.readBody(into), 2);
    const error = await rejectionOf(connection.readBody(into));
    assertInstanceOf(error, LimitError);
    assertEquals(await rejectionOf(connection.readBody(into)), error);
    assertEquals([await rejectionOf(connection.next()), connection.closed], [error, false]);
    connection.abort();
  }
});

Deno.test("readBody() rejects when the peer resets, and with the reason of abort()", async () => {
  const reason = new Error("enough");
  for (const end of ["connection-reset", "connection-closed", reason]) {
    const { connection, transport, clock } = await openBody("abc");
    const rejection = rejectionOf(readAll(connection));
    if (end === "connection-reset") transport.reset();
    else if (end === reason) connection.abort(reason);
    else connection.abort();
    const error = await rejection;
    assertEquals(error instanceof ClosedError ? error.code : error, end);
    assertEquals([connection.closed, clock.pending], [true, 0]);
    assertEquals(await rejectionOf(readAll(connection)), error);
  }
});

Deno.test("readBody() rejects at close(), which drops what comes, but not into its buffer", async () => {
  const { connection, transport, left } = await openBody("abcdef");
  const views = given(transport, "read");
  const into = new Uint8Array(2);
  const rejection = rejectionOf(connection.readBody(into));
  const closing = connection.close();
  await turns();
  transport.deliver(left);
  await turns();
  assertEquals(views.map(({ buffer }) => buffer === into.buffer), [true, false, false]);
  transport.finish();
  await closing;
  const error = await rejection;
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-closed", "local"]);
  assertInstanceOf(await rejectionOf(connection.readBody(into)), ClosedError);
});

Deno.test("readBody() goes on when the server shuts down, and is cut after graceMs", async () => {
  for (const inTime of [true, false]) {
    const listener = new MemoryListener();
    const clock = new FakeClock();
    const got: unknown[] = [];
    const server = serve(
      listener,
      { codec: bodies, clock, deadlines: { graceMs: 1000 } },
      async (connection) => {
        for await (const head of connection) {
          got.push(head);
          got.push(await readAll(connection).catch(({ code }) => code));
        }
      },
    );
    const peer = listener.connect();
    peer.deliver(framed("abcdef").slice(0, 5));
    await turns();
    const stopping = server.shutdown();
    await turns(2 * POLL_TURNS);
    await clock.advance(999);
    assertEquals([got, peer.closed, peer.writeClosed], [[6], false, false]);
    if (inTime) {
      peer.deliver("def");
      peer.finish();
    } else await clock.advance(1);
    assertEquals(await stopping, inTime ? { drained: 1, cut: 0 } : { drained: 0, cut: 1 });
    assertEquals(got, [6, inTime ? "abc|def" : "connection-cut"]);
  }
});

Deno.test("readBody() and sendBytes() show in the trace where their bytes stand", async () => {
  const events: TraceEvent[] = [];
  const trace = (event: TraceEvent) => events.push(event);
  const { connection, transport, left } = await openBody("abcd", { sent: 1, trace });
  transport.deliver(left, framed(""));
  assertEquals([await readAll(connection), await connection.receive()], ["a|bcd", 0]);
  const lent = new Uint8Array(5).fill(7);
  void connection.send("ab");
  const sent = connection.sendBytes(lent);
  void connection.send("c");
  await sent;
  lent.fill(0);
  await connection.flush();
  const shown = events.map((event) =>
    event.type === "bytes"
      ? `${event.direction} ${event.offset} to ${event.offset + event.bytes.length}`
      : event.type === "message" && `message ${event.message}: ${event.from} to ${event.to}`
  );
  assertEquals(shown, [
    ...["received 0 to 3", "message 4: 0 to 2", "received 3 to 6"],
    ...["received 6 to 8", "message 0: 6 to 8"],
    ...["message ab: 0 to 2", "message 7,7,7,7,7: 2 to 7", "message c: 7 to 8"],
    ...["sent 0 to 2", "sent 2 to 7", "sent 7 to 8"],
  ]);
  connection.abort();
});

Deno.test("sendBytes() goes between what is sent before and what is sent meanwhile", async () => {
  for (const busy of [false, true]) {
    const { connection, transport } = openLines();
    if (busy) {
      transport.blockWrites();
      await connection.send("busy");
      await turns();
    }
    void connection.send("before");
    const first = connection.sendBytes(new TextEncoder().encode("lent\n"));
    void connection.send("meanwhile");
    const second = connection.sendBytes(new TextEncoder().encode("more\n"));
    void connection.send("last");
    if (busy) transport.unblockWrites();
    await second;
    assertEquals(await stateOf(first), "fulfilled");
    await connection.send("after");
    await connection.flush();
    const expected = ["before\n", "lent\n", "meanwhile\n", "more\n", "last\n", "after\n"];
    assertEquals(transport.writes.map(text), busy ? ["busy\n", ...expected] : expected);
    connection.abort();
  }
});

Deno.test("sendBytes() writes the caller's own bytes, what is left of them each time", async () => {
  const { connection, transport } = openLines();
  const views = given(transport, "write");
  transport.maxWriteBytes = 4;
  const whole = new TextEncoder().encode("..0123456789..");
  transport.blockWrites();
  const sent = connection.sendBytes(whole.subarray(2, 12));
  assertEquals([connection.queuedBytes, connection.bytesSent, views.length], [10, 0, 1]);
  assertEquals(await stateOf(sent), "pending");
  transport.unblockWrites();
  await sent;
  assertEquals([connection.queuedBytes, connection.bytesSent], [0, 10]);
  const places = views.map(({ buffer, byteOffset, length }) => [buffer, byteOffset, length]);
  assertEquals(places, [[whole.buffer, 2, 10], [whole.buffer, 6, 6], [whole.buffer, 10, 2]]);
  assertEquals(transport.written, "0123456789");
  connection.abort();
});

Deno.test("sendBytes() leaves the bytes to their owner, who may use them again", async () => {
  const { connection, transport } = openLines();
  const lent = new Uint8Array(KIB).fill(120);
  await connection.sendBytes(lent);
  await connection.sendBytes(lent.fill(121));
  const others = Array.from({ length: 4 }, () => openLines());
  for (const other of others) await other.connection.send("written somewhere else");
  await turns();
  assert(lent.every((byte) => byte === 121));
  assertEquals(transport.written, "x".repeat(KIB) + "y".repeat(KIB));
  for (const one of [connection, ...others.map((other) => other.connection)]) one.abort();
});

Deno.test("sendBytes() settles when its bytes, or what was sent before none, have gone", async () => {
  const { connection, transport } = openLines();
  await connection.sendBytes(new Uint8Array(0));
  assertEquals(transport.writeCalls, 0);
  void connection.send("one");
  await connection.sendBytes(new Uint8Array(0));
  assertEquals(transport.written, "one\n");
  transport.blockWrites();
  const sent = connection.sendBytes(new Uint8Array(8));
  void connection.send("behind");
  transport.unblockWrites();
  transport.blockWrites();
  await sent;
  assertEquals(connection.queuedBytes, 7);
  connection.abort();
});

Deno.test("send() waits above 64 KiB of sendBytes(), which no maxQueuedBytes counts", async () => {
  const { connection, transport } = openLines({ limits: { maxQueuedBytes: 64 * KIB } });
  transport.blockWrites();
  const sent = [connection.sendBytes(new Uint8Array(KIB))];
  sent.push(connection.sendBytes(new Uint8Array(299 * KIB)));
  const waiting = connection.send("behind");
  assertEquals([await stateOf(waiting), connection.queuedBytes], ["pending", 300 * KIB + 7]);
  transport.maxWriteBytes = 10 * KIB;
  transport.unblockWrites();
  await waiting;
  assertEquals(connection.queuedBytes, 9 * KIB + 7);
  await Promise.all(sent);
  transport.blockWrites();
  const stuck = rejectionOf(connection.sendBytes(new Uint8Array(KIB)));
  for (let count = 0; count < 64; count++) void connection.send("x".repeat(KIB - 1));
  assertEquals(connection.closed, false);
  const error = await rejectionOf(connection.send("one too many"));
  assertInstanceOf(error, LimitError);
  assertEquals([error.got, await stuck], [64 * KIB + 13, error]);
});

Deno.test("sendBytes() rejects when the connection ends before or meanwhile", async () => {
  const reason = new Error("over");
  const { connection, transport, clock } = openLines();
  transport.blockWrites();
  const calls = ["a", "b"].map((one) => connection.sendBytes(new TextEncoder().encode(one)));
  const rejections = [...calls, connection.closeWrite()].map(rejectionOf);
  connection.abort(reason);
  assertEquals(await Promise.all(rejections), [reason, reason, reason]);
  for (const length of [0, 1]) {
    assertEquals(await rejectionOf(connection.sendBytes(new Uint8Array(length))), reason);
  }
  assertEquals([transport.written, connection.queuedBytes, clock.pending], ["", 0, 0]);
});

Deno.test("sendBytes() ends the connection when the peer takes no byte for writeMs", async () => {
  const { connection, transport, clock } = openLines({ deadlines: { writeMs: 500 } });
  transport.blockWrites();
  const rejection = rejectionOf(connection.sendBytes(new Uint8Array(9)));
  await clock.advance(499);
  assertEquals(connection.closed, false);
  await clock.advance(1);
  const error = await rejection;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, connection.closed, clock.pending], ["write", true, 0]);
});

Deno.test("sendBytes() rejects with connection-reset when the peer has gone", async () => {
  for (const throws of [false, true]) {
    const { connection, transport } = openLines();
    const gone = new Deno.errors.BrokenPipe("Broken pipe");
    transport.failWrites(gone);
    if (throws) transport.write = () => raise(gone);
    const error = await rejectionOf(connection.sendBytes(new Uint8Array(9)));
    assertInstanceOf(error, ClosedError);
    assertEquals([error.code, connection.closed], ["connection-reset", false]);
    connection.abort();
  }
});

function raise(error: Error): never {
  throw error;
}

Deno.test("closeWrite() and close() send what sendBytes() was given first", async () => {
  for (const call of ["closeWrite", "close"] as const) {
    const { connection, transport } = openLines();
    transport.maxWriteBytes = 2;
    transport.finish();
    const sent = connection.sendBytes(new TextEncoder().encode("lent "));
    void connection.send("and sent");
    await connection[call]();
    await sent;
    assertEquals([transport.written, transport.writeClosed], ["lent and sent\n", true]);
    assertInstanceOf(await rejectionOf(connection.sendBytes(new Uint8Array(1))), ClosedError);
    connection.abort();
  }
});
