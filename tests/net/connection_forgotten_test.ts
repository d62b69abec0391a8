import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { BodyPiece } from "../../codec/body_decoder.ts";
import {
  BodyDecoder,
  bytes,
  ClosedError,
  defineCodec,
  ProtocolError,
  type ReceiveBuffer,
} from "../../mod.ts";
import { rejectionOf, turns } from "../../testing/turns.ts";
import { letters } from "./session_codec.ts";
import { open, openLines } from "./open.ts";

// A rejection that nobody handles fails the test that it happens in.

/** Every call that may reject when the peer is gone, with nobody who looks at what it returns. */
const CALLS: Readonly<Record<string, (opened: ReturnType<typeof openLines>) => void>> = {
  "send()": ({ connection }) => void connection.send("x"),
  "send({ transfer })": ({ connection }) => void connection.send("x", { transfer: true }),
  "send() above the high-water mark": ({ connection }) => void connection.send("x".repeat(100_000)),
  "sendBytes()": ({ connection }) => void connection.sendBytes(new Uint8Array(9)),
  "flush()": ({ connection }) => (void connection.send("x"), void connection.flush()),
  "closeWrite()": ({ connection }) => (void connection.send("x"), void connection.closeWrite()),
  "close()": ({ connection }) => (void connection.send("x"), void connection.close()),
  "next()": ({ connection }) => void connection.next(),
  "receive()": ({ connection }) => void connection.receive(),
  "receive({ waitMs })": ({ connection }) => void connection.receive({ waitMs: 1000 }),
  "peek()": ({ connection }) => void connection.peek(3),
  "readBody()": ({ connection }) => void connection.readBody(new Uint8Array(3)),
  "skipBody()": ({ connection }) => void connection.skipBody(),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`${name} that nobody waits for ends no process, before and after the end`, async () => {
    const opened = openLines();
    opened.transport.blockWrites();
    call(opened);
    await turns(2);
    opened.transport.reset();
    await turns(2);
    opened.connection.abort(new Error("over"));
    await turns(2);
    call(opened);
    await turns(2);
  });
}

Deno.test("a second call beside one that waits ends no process when nobody waits for it", async () => {
  const { connection } = openLines();
  void connection.next();
  void connection.next();
  void connection.receive();
  void connection.receive({ waitMs: -1 });
  await turns();
  connection.abort();
});

Deno.test("who waits hears the rejection all the same", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  void connection.send("x");
  const calls = [connection.receive(), connection.flush(), connection.closeWrite()];
  const heard = Promise.all(calls.map(rejectionOf));
  transport.reset();
  for (const error of await heard) assertInstanceOf(error, ClosedError);
});

Deno.test("send() rejects when closeWrite() or close() has begun, and nothing of it leaves", async () => {
  for (const begin of ["closeWrite", "close"] as const) {
    const { connection, transport } = openLines();
    transport.blockWrites();
    void connection.send("before");
    const ended = connection[begin]();
    const error = await rejectionOf(connection.send("after"));
    assertInstanceOf(error, ClosedError);
    assertInstanceOf(await rejectionOf(connection.sendBytes(new Uint8Array(1))), ClosedError);
    transport.unblockWrites();
    transport.finish();
    await ended;
    assertEquals([transport.written, transport.writeClosed], ["before\n", true]);
    connection.abort();
  }
});

Deno.test("closeWrite() says FIN although its signal ended the wait", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  void connection.send("last");
  const stop = new AbortController();
  const ended = connection.closeWrite({ signal: stop.signal });
  stop.abort(new Error("stop"));
  await assertRejects(() => ended, Error, "stop");
  await assertRejects(() => connection.closeWrite({ signal: stop.signal }), Error, "stop");
  assertEquals(transport.writeClosed, false);
  transport.unblockWrites();
  await turns();
  assertEquals([transport.written, transport.writeClosed], ["last\n", true]);
  connection.abort();
});

Deno.test("the signal of a receive() that is settled stops no other one", async () => {
  const { connection, transport } = openLines();
  const stop = new AbortController();
  const first = connection.receive({ signal: stop.signal });
  transport.deliver("one\n");
  const second = first.then(() => connection.receive());
  const stopped = first.then(() => stop.abort(new Error("stop")));
  await stopped;
  transport.deliver("two\n");
  assertEquals([await first, await second], ["one", "two"]);
  connection.abort();
});

Deno.test("aborting the writable ends the connection while the peer takes nothing", async () => {
  const { connection, transport } = openLines();
  transport.blockWrites();
  const writer = connection.writable.getWriter();
  writer.write("x".repeat(100_000)).catch(() => {});
  writer.closed.catch(() => {});
  await turns();
  const aborted = writer.abort(new Error("enough"));
  await turns();
  assertEquals([connection.closed, transport.closed], [true, true]);
  await aborted.catch(() => {});
});

Deno.test("a transport that throws where it should promise ends its connection alone", async () => {
  const broken = () => {
    throw new Error("broken");
  };
  const reading = openLines();
  reading.transport.read = broken;
  await assertRejects(() => reading.connection.receive(), Error, "broken");
  const writing = openLines();
  writing.transport.write = broken;
  void writing.connection.send("x");
  await assertRejects(() => writing.connection.flush(), Error, "broken");
  writing.connection.abort();
  reading.connection.abort();
});

Deno.test("a codec's own error while it decodes ahead ends the connection", async () => {
  const codec = defineCodec<string>(() => {
    const inner = letters.session();
    return {
      ...inner,
      decoder: {
        push: (chunk) => inner.decoder.push(chunk),
        end: () => inner.decoder.end(),
        next() {
          const letter = inner.decoder.next();
          if (letter === "b") throw new Error("bug");
          return letter;
        },
      },
    };
  });
  const { connection, transport } = open(codec);
  transport.deliver("a", "b");
  assertEquals(await connection.receive(), "a");
  await turns();
  assertEquals(connection.closed, true);
  await assertRejects(() => connection.receive(), Error, "bug");
});

Deno.test("what is refused in a body is refused in the words of the protocol", async () => {
  class Body extends BodyDecoder<string> {
    protected override decodeHead(buffer: ReceiveBuffer): string | undefined {
      if (buffer.length === 0) return undefined;
      buffer.skip(1);
      this.expectBody(5);
      return "head";
    }
  }
  const codec = defineCodec<string | BodyPiece, string>(() => ({
    decoder: new Body(),
    encode: (text, writer) => void writer.text(text),
    refuse: (error, writer) => void writer.text(`no: ${error.code}`),
  }));
  const { connection, transport } = open(codec);
  transport.deliver("ab");
  await connection.receive();
  transport.finish();
  await assertRejects(() => connection.skipBody(), ProtocolError);
  await connection.close();
  assertEquals(transport.written, "no: unexpected-end");
});

Deno.test("switchTo() to a codec without flush() refuses a gap before anything has changed", async () => {
  const { connection, transport } = openLines({ deadlines: { gapMs: 50 } });
  transport.deliver("one\ntwo\nth");
  assertEquals(await connection.receive(), "one");
  const noFlush = await rejectionOf(Promise.resolve().then(() => connection.switchTo(bytes())));
  assertInstanceOf(noFlush, TypeError);
  assertEquals(await connection.receive(), "two");
  const raw = connection.switchTo(bytes(), { deadlines: { gapMs: Infinity } });
  assertEquals(await raw.receive(), new TextEncoder().encode("th"));
  connection.abort();
});

Deno.test("close() ends the pause of a peer that sends too fast, and nothing comes of what is read then", async () => {
  const { connection, transport, clock } = openLines({ rate: { messagesPerSecond: 1 } });
  transport.deliver("1\n2\n3\n4\n");
  await connection.receive();
  await connection.receive();
  const late = connection.receive();
  const closed = connection.close();
  transport.deliver("XXXXXXXXXXXX\n");
  await turns();
  await clock.advance(1000);
  transport.finish();
  await closed;
  assertEquals(await late, undefined);
});

Deno.test("drain() hands out what the peer's byte rate kept in the socket", async () => {
  const { connection, transport, clock } = openLines({ rate: { bytesPerSecond: 4 } });
  transport.deliver("1\n2\n3\n", "4\n");
  const got = [await connection.receive(), await connection.receive(), await connection.receive()];
  const fourth = connection.receive();
  connection.drain();
  await turns(300);
  await clock.advance(5000);
  assertEquals([...got, await fourth], ["1", "2", "3", "4"]);
  const end = connection.receive();
  await turns(300);
  assertEquals(await end, undefined);
  connection.abort();
});

Deno.test("what a protocol owes is answered again once the peer's byte rate allows the read", async () => {
  const { connection, transport, clock } = open(letters, { rate: { bytesPerSecond: 2 } });
  transport.deliver("abcd");
  assertEquals(await connection.receive(), "a");
  await turns();
  transport.deliver("?");
  await turns();
  assertEquals(transport.written, "");
  await clock.advance(2000);
  await turns();
  assertEquals(transport.written, "!");
  connection.abort();
});

Deno.test("reading ahead goes on when the program has taken from a full queue", async () => {
  const { connection, transport } = open(letters);
  transport.deliver("a".repeat(500), "a".repeat(500), "a".repeat(100), "?");
  assertEquals(await connection.receive(), "a");
  await turns(10);
  assertEquals(transport.written, "");
  for (let count = 0; count < 200; count++) await connection.receive();
  await turns(10);
  assertEquals(transport.written, "!");
  connection.abort();
});

Deno.test("a connection keeps its large buffer until two short reads follow each other", async () => {
  const { connection, transport } = openLines();
  // Each line comes in one read, but for the first one, whose rest is short.
  for (const length of [600, 600, 100, 600, 100, 100, 100]) {
    transport.deliver(`${"x".repeat(length - 1)}\n`);
    await connection.receive();
  }
  const large = 64 * 1024;
  assertEquals(transport.readSizes, [512, large, large, large, large, large, large, 512]);
  connection.abort();
});

Deno.test("few connections keep a large buffer while they wait", async () => {
  const all = Array.from({ length: 300 }, () => openLines());
  for (const { connection, transport } of all) {
    transport.deliver(`${"x".repeat(599)}\n`);
    await connection.receive();
    void connection.receive();
  }
  const kept = all.filter(({ transport }) => transport.readSizes.at(-1) === 64 * 1024);
  assertEquals(kept.length, 256);
  for (const { connection } of all) connection.abort();
  const { connection, transport } = openLines();
  transport.deliver(`${"x".repeat(599)}\n`);
  await connection.receive();
  void connection.receive();
  assertEquals(transport.readSizes, [512, 64 * 1024, 64 * 1024]);
  connection.abort();
});
