import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { once } from "node:events";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { lines } from "../../codec/lines.ts";
import { Connection } from "../../net/connection.ts";
import { ClosedError } from "../../net/errors.ts";
import { serve } from "../../net/serve.ts";
import { socketTransport } from "../../net/socket_transport.ts";
import { streamTransport } from "../../net/stream_transport.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";
import { openLines } from "./open.ts";

Deno.test("readable and writable of two connections make a proxy that keeps half-close", async () => {
  await using upstream = serve(
    Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    { codec: lines() },
    async (connection) => {
      const said: string[] = [];
      for await (const line of connection) said.push(line);
      await connection.send(said.join("+"));
    },
  );
  await using proxy = serve(
    Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    { codec: lines() },
    async (client) => {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: upstream.addr.port });
      using server = new Connection(conn, lines());
      await Promise.all([
        client.readable.pipeTo(server.writable),
        server.readable.pipeTo(client.writable),
      ]);
    },
  );
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: proxy.addr.port });
  await using connection = new Connection(conn, lines());
  await connection.send("one");
  await connection.send("two");
  await connection.closeWrite();
  assertEquals(await connection.receive(), "one+two");
  assertEquals(await connection.receive(), undefined);
});

Deno.test("readable reads only as fast as it is read, and writable waits where send waits", async () => {
  const { connection, transport } = openLines();
  const { readable, writable } = connection;
  assert(readable === connection.readable && writable === connection.writable, "the same again");
  transport.deliver("one\n", "two\n");
  await turns();
  assertEquals(transport.unread, 8, "nobody has read");
  const reader = readable.getReader();
  assertEquals((await reader.read()).value, "one");
  await turns();
  assertEquals(transport.unread, 4);
  transport.blockWrites();
  const writer = writable.getWriter();
  await writer.write("small");
  const much = writer.write("x".repeat(100_000));
  assertEquals(await stateOf(much), "pending");
  transport.unblockWrites();
  await much;
  connection.abort();
});

Deno.test("a stream of a connection ends it when it is cancelled or aborted, and hears of its end", async () => {
  const cancelled = openLines();
  await cancelled.connection.readable.cancel(new Error("enough"));
  assert(cancelled.transport.closed);
  const aborted = openLines();
  await aborted.connection.writable.abort(new Error("enough"));
  assert(aborted.transport.closed);
  const reset = openLines();
  const reading = rejectionOf(reset.connection.readable.getReader().read());
  reset.transport.reset();
  assertInstanceOf(await reading, ClosedError);
});

Deno.test("streamTransport() carries messages, ends and half-close", async () => {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  await using client = new Connection(
    streamTransport({ readable: back.readable, writable: there.writable }),
    lengthPrefixed(),
  );
  await using server = new Connection(
    streamTransport({ readable: there.readable, writable: back.writable }),
    lengthPrefixed(),
  );
  const echoing = (async () => {
    for await (const message of server) await server.send(message);
    await server.closeWrite();
  })();
  const large = new Uint8Array(300_000).fill(7);
  void client.send(large);
  void client.send(new Uint8Array([1]));
  const first = await client.receive();
  assertEquals([first?.length, first?.every((byte) => byte === 7)], [300_000, true]);
  assertEquals((await client.receive())?.join(), "1");
  await client.closeWrite();
  assertEquals(await client.receive(), undefined);
  await echoing;
  assertEquals(client.remoteAddr, { transport: "unix", path: "stream" });
});

Deno.test("streamTransport() gives up both streams at an abort, and refuses locked ones", async () => {
  let cancelled = false;
  let aborted = false;
  const readable = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) });
  const writable = new WritableStream<Uint8Array>({ abort: () => void (aborted = true) });
  const connection = new Connection(streamTransport({ readable, writable }), lines());
  const waiting = rejectionOf(connection.receive());
  connection.abort();
  assertInstanceOf(await waiting, ClosedError);
  await turns();
  assertEquals([cancelled, aborted], [true, true]);
  assertThrows(() => streamTransport({ readable, writable }), TypeError);
});

Deno.test("close() of a streamTransport() ends at drainMs when its stream does not come to close", async () => {
  const clock = new FakeClock();
  const transport = streamTransport({
    readable: new ReadableStream<Uint8Array>(),
    writable: new WritableStream<Uint8Array>({ close: () => new Promise(() => {}) }),
  });
  const connection = new Connection(transport, lines(), { clock, deadlines: { drainMs: 100 } });
  const closing = connection.close();
  await turns();
  await clock.advance(99);
  assertEquals(await stateOf(closing), "pending");
  await clock.advance(1);
  await closing;
  assert(connection.closed);
});

Deno.test("abort() of a streamTransport() ends the flush() of bytes that its stream does not take", async () => {
  const transport = streamTransport({
    readable: new ReadableStream<Uint8Array>(),
    writable: new WritableStream<Uint8Array>({ write: () => new Promise(() => {}) }),
  });
  const connection = new Connection(transport, lines());
  await connection.send("hello");
  const flushing = rejectionOf(connection.flush());
  await turns();
  connection.abort();
  assert(await flushing instanceof ClosedError);
  await connection.close();
});

Deno.test("streamTransport() tells the connection of a stream that breaks", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull() {
      throw new Error("broken");
    },
  });
  const connection = new Connection(
    streamTransport({ readable: broken, writable: new WritableStream() }),
    lines(),
  );
  await assertRejects(() => connection.receive(), Error, "broken");
  assert(connection.closed);
});

/** A server of node:net, and a socket that is connected to it. */
async function sockets(
  serveOne: (socket: Socket) => void,
): Promise<{ socket: Socket; end: () => void }> {
  const server = createServer({ allowHalfOpen: true }, serveOne).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const socket = connectSocket({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return { socket, end: () => server.close() };
}

Deno.test("socketTransport() carries messages over a net.Socket, with half-close", async () => {
  const { socket, end } = await sockets(async (peer) => {
    const connection = new Connection(socketTransport(peer), lines());
    const said: string[] = [];
    for await (const line of connection) said.push(line);
    await connection.send(said.join("+"));
    await connection.close();
  });
  const connection = new Connection(socketTransport(socket), lines());
  assertEquals(connection.remoteAddr.transport, "tcp");
  await connection.send("one");
  await connection.send("two");
  await connection.closeWrite();
  assertEquals(await connection.receive(), "one+two");
  assertEquals(await connection.receive(), undefined);
  await connection.close();
  end();
});

Deno.test("socketTransport() pauses a peer that sends more than is read", async () => {
  const { socket, end } = await sockets((peer) => {
    peer.on("error", () => {});
    for (let count = 0; count < 100; count++) peer.write(new Uint8Array(64 * 1024));
  });
  const transport = socketTransport(socket);
  const connection = new Connection(transport, lengthPrefixed({ maxBytes: 1 }));
  assertEquals((await connection.receive())?.length, 0);
  await turns(50);
  assert(socket.isPaused(), "nobody reads");
  connection.abort();
  end();
});

Deno.test("socketTransport() says that the peer reset the connection", async () => {
  const { socket, end } = await sockets((peer) => {
    peer.once("data", () => peer.resetAndDestroy());
  });
  const connection = new Connection(socketTransport(socket), lines());
  await connection.send("reset, please");
  const error = await rejectionOf(connection.receive());
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-reset", "peer"]);
  await rejectionOf(connection.send("late"));
  end();
});

Deno.test("socketTransport() reads a socket that was paused before", async () => {
  const { socket, end } = await sockets((peer) => void peer.end("hello\n"));
  socket.pause();
  await turns();
  const connection = new Connection(socketTransport(socket), lines());
  assertEquals(await connection.receive(), "hello");
  assertEquals(await connection.receive(), undefined);
  await connection.close();
  end();
});

Deno.test("socketTransport() says of a socket that is destroyed that it is over", async () => {
  for (const error of [undefined, Object.assign(new Error("reset"), { code: "ECONNRESET" })]) {
    const { socket, end } = await sockets((peer) => void peer.on("error", () => {}));
    socket.on("error", () => {});
    socket.destroy(error);
    if (!socket.closed) await once(socket, "close");
    const connection = new Connection(socketTransport(socket), lines());
    if (error) assertInstanceOf(await rejectionOf(connection.receive()), ClosedError);
    else assertEquals(await connection.receive(), undefined);
    await connection.close();
    assertInstanceOf(await rejectionOf(connection.send("late")), ClosedError);
    end();
  }
});

Deno.test("socketTransport() says of a socket that was read to its end that the peer has finished", async () => {
  const { socket, end } = await sockets(async (peer) => {
    peer.end("all of it");
    const connection = new Connection(socketTransport(peer), lines());
    assertEquals(await connection.receive(), "still heard");
    connection.abort();
  });
  socket.resume();
  await once(socket, "end");
  const connection = new Connection(socketTransport(socket), lines());
  assertEquals(await connection.receive(), undefined);
  await connection.send("still heard");
  await connection.close();
  end();
});
