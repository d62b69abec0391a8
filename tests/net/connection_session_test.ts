import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type Codec, defineCodec } from "../../codec/codec.ts";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { fixed } from "../../codec/fixed.ts";
import { joined } from "../../codec/joined.ts";
import { lines } from "../../codec/lines.ts";
import { mapped } from "../../codec/mapped.ts";
import type { Connection } from "../../net/connection.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { serve } from "../../net/serve.ts";
import { SharedBytes } from "../../net/shared_bytes.ts";
import type { TraceEvent } from "../../net/trace.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";
import { open } from "./open.ts";
import { letters } from "./session_codec.ts";

Deno.test("what the protocol answers leaves in order with what the program sends", async () => {
  const { connection, transport } = open(letters);
  transport.deliver("a?b??c");
  for await (const letter of connection) {
    await connection.send(letter.toUpperCase());
    if (letter === "c") break;
  }
  await connection.flush();
  assertEquals(transport.written, "A!B!!C");
  assertEquals(transport.writeCalls, 1, "in one write");
  connection.abort();
});

Deno.test("what the protocol answers leaves on the next turn when the program waits or is slow", async () => {
  const { connection, transport } = open(letters);
  const first = connection.next();
  transport.deliver("?");
  await turns();
  assertEquals([transport.written, await stateOf(first)], ["!", "pending"]);
  transport.deliver("a");
  assertEquals(await first, { done: false, value: "a" });
  // The program is busy with "a" from here on.
  transport.deliver("b?", "c?");
  await turns();
  assertEquals(transport.written, "!!!");
  assertEquals([await connection.receive(), await connection.receive()], ["b", "c"]);
  connection.abort();
});

Deno.test("a connection reads ahead only to a bound, in bytes and in messages", async () => {
  for (const [chunk, most] of [["a".repeat(512), 1024], ["?".repeat(512), 130 * 512]] as const) {
    const { connection, transport } = open(letters);
    transport.deliver("0");
    assertEquals(await connection.receive(), "0");
    for (let count = 0; count < 400; count++) transport.deliver(chunk);
    for (let count = 0; count < 400; count++) await turns(1);
    const ahead = connection.bytesReceived - 1;
    assert(ahead > 0 && ahead <= most + 64 * 1024, `${ahead} bytes`);
    assert(transport.unread > 0);
    assert(!transport.reading);
    connection.abort();
  }
});

Deno.test("all that was read ahead is handed out, and the rest behind it", async () => {
  const { connection, transport } = open(letters);
  const text = "abcdefghij".repeat(1000);
  transport.deliver(text.slice(0, 1));
  let got = (await connection.receive())!;
  for (let at = 1; at < text.length; at += 500) transport.deliver(text.slice(at, at + 500));
  transport.finish();
  for (let count = 0; count < 50; count++) await turns(1);
  for await (const letter of connection) got += letter;
  assertEquals(got, text);
  connection.abort();
});

Deno.test("a codec that answers nothing is not read ahead", async () => {
  const { connection, transport } = open(lines());
  transport.deliver("one\n");
  assertEquals(await connection.receive(), "one");
  transport.deliver("two\n");
  await turns();
  assertEquals([transport.reading, transport.unread], [false, 4]);
  connection.abort();
});

Deno.test("silence counts only while somebody waits when a connection reads ahead", async () => {
  const { connection, transport, clock } = open(letters, { deadlines: { idleMs: 100 } });
  transport.deliver("a");
  assertEquals(await connection.receive(), "a");
  await turns();
  assert(transport.reading, "it reads ahead");
  await clock.advance(10_000);
  assert(!connection.closed);
  const next = rejectionOf(connection.receive());
  await clock.advance(99);
  assert(!connection.closed);
  await clock.advance(1);
  assertInstanceOf(await next, DeadlineError);
});

Deno.test("an error that was read ahead is refused at once, and heard behind the messages before it", async () => {
  const { connection, transport } = open(letters);
  transport.deliver("a");
  assertEquals(await connection.receive(), "a");
  transport.deliver("b?#");
  await turns();
  assertEquals(transport.written, "!x");
  assertEquals(await connection.receive(), "b");
  const error = await rejectionOf(connection.receive());
  assertInstanceOf(error, ProtocolError);
  assertEquals(error.code, "bad-letter");
  assertEquals(await rejectionOf(connection.receive()), error);
  connection.abort();
});

Deno.test("nothing is sent after a refusal, and no farewell", async () => {
  const { connection, transport } = open(letters);
  transport.deliver("a#");
  assertEquals(await connection.receive(), "a");
  await connection.send("A");
  const error = await rejectionOf(connection.receive());
  assertEquals(await rejectionOf(connection.send("B")), error);
  assertEquals(await rejectionOf(connection.sendBytes(new Uint8Array([1]))), error);
  transport.finish();
  await connection.close();
  assertEquals(transport.written, "Ax");
});

Deno.test("a polite close says goodbye once, whichever way it begins", async () => {
  const closed = open(letters);
  closed.transport.finish();
  await closed.connection.send("a");
  await closed.connection.close();
  await closed.connection.close();
  assertEquals(closed.transport.written, "a.");
  const half = open(letters);
  await half.connection.closeWrite();
  assertEquals(half.transport.written, ".");
  half.transport.deliver("b");
  half.transport.finish();
  assertEquals(await half.connection.receive(), "b");
  await half.connection.close();
  assertEquals(half.transport.written, ".");
});

Deno.test("send() rejects once a close has begun", async () => {
  const { connection, transport } = open(letters);
  transport.blockWrites();
  await connection.send("a");
  const closing = connection.close();
  assertInstanceOf(await rejectionOf(connection.send("b")), ClosedError);
  const half = open(lines());
  half.transport.blockWrites();
  const closingWrite = half.connection.closeWrite();
  assertInstanceOf(await rejectionOf(half.connection.send("late")), ClosedError);
  half.transport.unblockWrites();
  await closingWrite;
  half.connection.abort();
  transport.unblockWrites();
  transport.finish();
  await closing;
  assertEquals(transport.written, "a.");
});

Deno.test("an abort says nothing", () => {
  const { connection, transport } = open(letters);
  connection.abort();
  assertEquals(transport.written, "");
});

Deno.test("a server that stops says so in the words of the protocol", async () => {
  const listener = new MemoryListener();
  const server = serve(listener, { codec: letters }, async (connection) => {
    for await (const letter of connection) await connection.send(letter);
  });
  const peer = listener.connect();
  peer.deliver("a");
  await turns();
  const stopping = server.shutdown();
  await turns(200);
  peer.finish();
  assertEquals(await stopping, { drained: 1, cut: 0 });
  assertEquals(peer.written, "a,");
});

Deno.test("a server that is full says so in the words of the protocol", async () => {
  const listener = new MemoryListener();
  await using server = serve(
    listener,
    { codec: letters, limits: { maxConnections: 1 }, onEvent() {}, deadlines: { graceMs: 0 } },
    (connection) => void connection.send("a"),
  );
  const first = listener.connect();
  await turns();
  const second = listener.connect();
  await turns();
  assertEquals([first.written, second.written, server.counts.refused], ["a.", "f", 1]);
  first.finish();
  second.finish();
});

Deno.test("what the protocol says counts against maxQueuedBytes when the peer does not read", async () => {
  const { connection, transport } = open(letters, { limits: { maxQueuedBytes: 1000 } });
  transport.blockWrites();
  const next = rejectionOf(connection.receive());
  for (let count = 0; count < 10; count++) transport.deliver("?".repeat(512));
  const error = await next;
  assertInstanceOf(error, LimitError);
  assertEquals(error.limit, "maxQueuedBytes");
});

Deno.test("a session that throws where it should write ends its connection", async () => {
  const codec = defineCodec<string>(() => ({
    ...letters.session(),
    answer() {
      throw new TypeError("a bug in answer");
    },
  }));
  const { connection, transport } = open(codec);
  transport.deliver("a");
  await assertRejects(() => connection.receive(), TypeError, "a bug in answer");
  assert(transport.closed);
});

Deno.test("switchTo() refuses when messages came ahead of it that were decoded already", async () => {
  const { connection, transport } = open(letters);
  transport.deliver("a");
  assertEquals(await connection.receive(), "a");
  transport.deliver("bc");
  await turns();
  const error = assertThrows(() => connection.switchTo(fixed(1)), ProtocolError);
  assertEquals([error.code, error.side], ["unexpected-message", "remote"]);
  connection.abort();
});

Deno.test("a trace tells what the protocol says from what the program sends", async () => {
  const events: TraceEvent[] = [];
  const { connection, transport } = open(letters, { trace: (event) => events.push(event) });
  transport.deliver("?a");
  assertEquals(await connection.receive(), "a");
  await connection.send("A");
  transport.finish();
  await connection.close();
  const notes = events.flatMap((event) => event.type === "note" ? [event.note] : []);
  assertEquals(notes.slice(0, 2), [
    "the protocol answers (bytes 0 to 1)",
    "the protocol says goodbye (bytes 2 to 3)",
  ]);
  const sent = events.find((event) => event.type === "message" && event.direction === "sent");
  assert(sent?.type === "message");
  assertEquals([sent.message, sent.from, sent.to], ["A", 1, 2]);
});

Deno.test("a refused peer of a server is told, and its handler hears the error", async () => {
  const clock = new FakeClock();
  const listener = new MemoryListener();
  let heard: unknown;
  await using _server = serve(
    listener,
    { codec: letters, clock, onEvent() {}, deadlines: { graceMs: 0 } },
    async (connection) => {
      try {
        await connection.receive();
      } catch (error) {
        heard = error;
      }
    },
  );
  const peer = listener.connect();
  peer.deliver("?#");
  await turns();
  peer.finish();
  await turns();
  assertEquals(peer.written, "!x");
  assertInstanceOf(heard, ProtocolError);
});

/** Letters, and how many of their sessions have given up what they hold. */
function holdingLetters(): { codec: Codec<string>; released: () => number } {
  let released = 0;
  const codec = defineCodec<string>(() => {
    const session = letters.session();
    return Object.assign(session, { release: () => void released++ });
  });
  return { codec, released: () => released };
}

Deno.test("a session gives up what it holds when the connection is over, or speaks another protocol", async () => {
  const ends: readonly ((connection: Connection<string>) => unknown)[] = [
    (connection) => connection.abort(),
    (connection) => connection.close(),
    (connection) => connection.switchTo(lines()).abort(),
  ];
  for (const end of ends) {
    for (const mappedToo of [false, true]) {
      const { codec, released } = holdingLetters();
      const same = (letter: string) => letter;
      const used = mappedToo ? mapped(codec, { decode: same, encode: same }) : codec;
      const { connection, transport } = open(used);
      transport.deliver("a");
      assertEquals([await connection.receive(), released()], ["a", 0]);
      transport.finish();
      await end(connection);
      assertEquals(released(), 1);
      connection.abort();
      assertEquals(released(), 1);
    }
  }
});

Deno.test("a session that encodes once gives up what it holds at once", () => {
  const { codec, released } = holdingLetters();
  assertEquals([codec.encode("a").length, released()], [1, 1]);
  assertEquals([SharedBytes.encode(codec, ["a", "b"]).length, released()], [2, 2]);
  // One session decodes, another one encodes.
  assertEquals([joined(codec, codec).encode("a").length, released()], [1, 4]);
});
