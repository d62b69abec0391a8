import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  connectDatagrams,
  type DatagramEvent,
  type DatagramServer,
  type DatagramSession,
  formatDatagramEvent,
  serveDatagrams,
  textDatagrams,
} from "../../../net/datagrams/mod.ts";
import { ClosedError } from "../../../net/errors.ts";
import { FakeClock, rejectionOf, turns } from "../../../testing/mod.ts";
import { FakeSocket, peer } from "./fake_socket.ts";

/** A socket that hands over what comes, as those of Node do, and what had come before. */
class HandingSocket extends FakeSocket {
  readonly waiting: string[] = [];
  arrived: ((bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr) => void) | undefined;
  failed: ((error: unknown) => void) | undefined;

  deliver(
    arrived: (bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr) => void,
    failed: (error: unknown) => void,
  ): void {
    this.arrived = arrived;
    this.failed = failed;
    for (const text of this.waiting) arrived(new TextEncoder().encode(text), peer(1));
  }

  override close(): void {
    super.close();
    this.failed?.(new Deno.errors.Interrupted("operation canceled"));
  }
}

Deno.test("send() and ask() say that the server is over when it is, and may be forgotten", async () => {
  const socket = new FakeSocket();
  const kept: DatagramSession<string>[] = [];
  const server = serveDatagrams(socket, { codec: textDatagrams() }, async (session) => {
    kept.push(session);
    while (await session.receive() !== undefined);
  });
  await socket.arrive("a", peer(1));
  void server.ask(peer(2), "forgotten");
  void server.send(peer(0), "forgotten");
  void server.send(peer(2), "x".repeat(70_000));
  void server.ask(peer(0), "forgotten");
  await server.shutdown();
  void server.send(peer(2), "forgotten");
  for (const late of [() => server.send(peer(2), "b"), () => kept[0]!.send("b")]) {
    assertInstanceOf(await rejectionOf(late()), ClosedError);
  }
  assertInstanceOf(await rejectionOf(server.ask(peer(2), "b")), ClosedError);
  await turns();
});

Deno.test("a handler may send while the server stops", async () => {
  const socket = new FakeSocket();
  const server = serveDatagrams(socket, { codec: textDatagrams() }, async (session) => {
    while (await session.receive() !== undefined);
    await session.send("bye");
    await server.send(peer(2), "he is gone");
  });
  await socket.arrive("a", peer(1));
  await server.shutdown();
  assertEquals(socket.sent, [["bye", 1], ["he is gone", 2]]);
});

Deno.test("a send that is under way when the socket closes says that it was closed", async () => {
  let fail = (_: unknown) => {};
  class SlowSocket extends FakeSocket {
    override send(): Promise<number> {
      return new Promise((_, reject) => fail = reject);
    }
  }
  const connection = await connectDatagrams(new SlowSocket(), {
    codec: textDatagrams(),
    peer: peer(9),
  });
  const sent = rejectionOf(connection.send("a"));
  connection.close();
  fail(new Deno.errors.Interrupted("operation canceled"));
  assertInstanceOf(await sent, ClosedError);
});

Deno.test("a forgotten wait for a message ends no process when nobody listens", async () => {
  const socket = new FakeSocket();
  const connection = await connectDatagrams(socket, { codec: textDatagrams(), peer: peer(9) });
  void connection[Symbol.asyncIterator]().next();
  await socket.fail(new Deno.errors.ConnectionRefused("Connection refused"));
  await turns();
  connection.close();
});

for (const at of ["evicted", "opened", "stopping"] as const) {
  Deno.test(`a server stops when its listener asks for that at ${at}`, async () => {
    const socket = new FakeSocket();
    const clock = new FakeClock();
    const lines: string[] = [];
    const onEvent = (event: DatagramEvent) => {
      lines.push(formatDatagramEvent(event));
      if (event.type === at || event.type === "closed" && event.reason === at) {
        void server.shutdown();
      }
    };
    const server: DatagramServer<string> = serveDatagrams(
      socket,
      { codec: textDatagrams(), clock, onEvent, limits: { maxSessions: 1 } },
      async (session) => {
        for await (const text of session) await session.send(text);
      },
    );
    await socket.arrive("a", peer(1));
    if (at === "evicted") await socket.arrive("b", peer(2));
    if (at === "stopping") void server.shutdown();
    await server.finished;
    assertEquals([server.size, clock.pending], [0, 0]);
    assertEquals(lines.filter((line) => line.endsWith("closed: stopping")).length, 1);
  });
}

Deno.test("a server is over when its socket is closed before it took anything", async () => {
  const socket = new HandingSocket();
  const server = serveDatagrams(socket, { codec: textDatagrams() }, () => {});
  socket.close();
  await server.finished;
});

Deno.test("a refusal is heard when it comes before the first turn", async () => {
  const socket = new HandingSocket();
  const connection = await connectDatagrams(socket, { codec: textDatagrams(), peer: peer(9) });
  const lost = rejectionOf(connection.ask("a", { retries: 0, timeoutMs: Infinity }));
  socket.failed?.(new Deno.errors.ConnectionRefused("Connection refused"));
  assertInstanceOf(await lost, Deno.errors.ConnectionRefused);
  connection.close();
});

Deno.test("a handler runs when its server is there, though datagrams waited already", async () => {
  const socket = new HandingSocket();
  socket.waiting.push("a", "b");
  const seen: unknown[] = [];
  const server = serveDatagrams(socket, { codec: textDatagrams() }, async (session) => {
    seen.push(server.size);
    for await (const text of session) seen.push(text);
  });
  socket.arrived?.(new TextEncoder().encode("c"), peer(1));
  assertEquals(seen, []);
  await turns();
  assertEquals(seen, [1, "a", "b", "c"]);
  await server.shutdown();
});

Deno.test("what fails behind a datagram is no failure to receive, and ends nothing", async () => {
  const socket = new HandingSocket();
  const events: DatagramEvent[] = [];
  const errors: unknown[] = [];
  const { error } = console;
  const onEvent = (event: DatagramEvent) => void events.push(event);
  const clock = new FakeClock();
  const server = serveDatagrams(socket, { codec: textDatagrams(), clock, onEvent }, () => {});
  await turns();
  clock.now = () => {
    throw new Error("no time");
  };
  console.error = (line) => errors.push(line);
  try {
    socket.arrived?.(new Uint8Array(1), peer(1));
    socket.arrived?.(new Uint8Array(1), peer(1));
  } finally {
    console.error = error;
    // The class's own is back.
    Reflect.deleteProperty(clock, "now");
  }
  assert(String(errors[0]).includes("Cannot take a datagram"), String(errors[0]));
  assertEquals([errors.length, events.length], [1, 0]);
  await server.shutdown();
});

Deno.test("drops are told when the client is closed", async () => {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const counts: number[] = [];
  const onEvent = (event: DatagramEvent) => {
    if (event.type === "dropped") counts.push(event.count);
  };
  const options = { codec: textDatagrams(), peer: peer(9), clock, onEvent };
  const connection = await connectDatagrams(socket, options);
  for (let count = 0; count < 5; count++) await socket.arrive("a", peer(8));
  connection.close();
  assertEquals([counts, clock.pending], [[1, 4], 0]);
});
