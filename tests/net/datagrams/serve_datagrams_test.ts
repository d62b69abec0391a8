import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { AddressList } from "../../../net/address_list.ts";
import { ClosedError } from "../../../net/errors.ts";
import {
  type DatagramEvent,
  type DatagramHandler,
  type DatagramServeOptions,
  type DatagramServer,
  type DatagramSession,
  formatDatagramEvent,
  rawDatagrams,
  serveDatagrams,
  textDatagrams,
} from "../../../net/datagrams/mod.ts";
import { FakeClock, rejectionOf, stateOf, turns } from "../../../testing/mod.ts";
import { FakeSocket, peer } from "./fake_socket.ts";

interface Served {
  readonly socket: FakeSocket;
  readonly clock: FakeClock;
  readonly events: DatagramEvent[];
  readonly server: DatagramServer<string>;
  /** What was told, in lines. */
  told(): string[];
}

const echo: DatagramHandler<string> = async (session) => {
  for await (const text of session) await session.send(`${session.id}:${text}`);
};

function serveFake(
  options: Partial<DatagramServeOptions<string>> & { socket?: FakeSocket } = {},
  handler: DatagramHandler<string> = echo,
): Served {
  const { socket = new FakeSocket(), ...others } = options;
  const clock = new FakeClock();
  const events: DatagramEvent[] = [];
  const server = serveDatagrams(socket, {
    codec: textDatagrams(),
    clock,
    onEvent: (event) => events.push(event),
    ...others,
  }, handler);
  return { socket, clock, events, server, told: () => events.map(formatDatagramEvent) };
}

Deno.test("serveDatagrams() gives each address a session of its own, and what comes from there goes to it", async () => {
  const { socket, server } = serveFake();
  await socket.arrive("a", peer(1));
  await socket.arrive("b", peer(2));
  await socket.arrive("c", peer(1));
  await socket.arrive("d", peer(1, "10.0.0.2"));
  assertEquals(socket.sent, [["0:a", 1], ["1:b", 2], ["0:c", 1], ["2:d", 1]]);
  assertEquals(Array.from(server.sessions, ({ id }) => id).toSorted(), [0, 1, 2]);
  await server.shutdown();
  assertEquals([server.size, socket.closed], [0, true]);
});

Deno.test("an IPv4 address and its IPv6 form are one peer", async () => {
  const { socket, server } = serveFake({ socket: new FakeSocket("::") });
  await socket.arrive("a", peer(1, "::ffff:10.0.0.1"));
  await socket.arrive("b", peer(1, "::ffff:10.0.0.1"));
  assertEquals(socket.sent, [["0:a", 1], ["0:b", 1]]);
  const [session] = server.sessions;
  assertEquals(session?.remoteAddr, peer(1, "10.0.0.1"));
  await server.shutdown();
});

Deno.test("an empty datagram is a message when it comes and when it is sent", async () => {
  const { socket, server } = serveFake({}, async (session) => {
    for await (const text of session) await session.send(text);
  });
  await socket.arrive("", peer(1));
  await socket.arrive("", peer(1));
  assertEquals(socket.sent, [["", 1], ["", 1]]);
  await server.shutdown();
});

Deno.test("a session ends when its peer was silent for idleMs, and not a millisecond before", async () => {
  const { socket, server, clock, told } = serveFake({ deadlines: { idleMs: 1_000 } });
  await socket.arrive("a", peer(1));
  await clock.advance(600);
  await socket.arrive("b", peer(2));
  await socket.arrive("a", peer(1));
  await clock.advance(999);
  assertEquals(server.size, 2);
  await clock.advance(1);
  assertEquals(server.size, 0);
  assertEquals(told().slice(-2), ["#1 10.0.0.1:2 closed: idle", "#0 10.0.0.1:1 closed: idle"]);
  assertEquals(clock.pending, 0);
  await socket.arrive("again", peer(1));
  assertEquals(socket.sent.at(-1), ["2:again", 1]);
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("a new peer takes the place of one that was heard once, and then of the longest silent one", async () => {
  const { socket, server, clock, told } = serveFake({ limits: { maxSessions: 3 } });
  await socket.arrive("a", peer(1));
  await clock.advance(1);
  await socket.arrive("a", peer(1));
  await clock.advance(1);
  for (const port of [2, 3, 4]) await socket.arrive("x", peer(port));
  assertEquals(told().filter((line) => line.includes("closed")), ["#1 10.0.0.1:2 closed: evicted"]);
  for (const port of [3, 4]) await socket.arrive("x", peer(port));
  await socket.arrive("x", peer(5));
  assertEquals(told().at(-2), "#0 10.0.0.1:1 closed: evicted");
  assertEquals([server.size, server.counts.evicted], [3, 2]);
  await server.shutdown();
});

Deno.test("invented sources drive nobody out when there are more than new sessions may be in a second", async () => {
  const { socket, server, clock } = serveFake({
    limits: { maxSessions: 10, maxNewSessionsPerSecond: 5 },
  });
  await socket.arrive("a", peer(1));
  await socket.arrive("a", peer(1));
  for (let port = 100; port < 200; port++) await socket.arrive("x", peer(port));
  assertEquals([server.size, server.counts.dropped["session-rate"]], [5, 96]);
  await clock.advance(1_000);
  for (let port = 200; port < 300; port++) await socket.arrive("x", peer(port));
  assertEquals([server.size, server.counts.dropped["session-rate"]], [10, 191]);
  await socket.arrive("still here", peer(1));
  assertEquals(socket.sent.at(-1), ["0:still here", 1]);
  await server.shutdown();
});

Deno.test("100,000 invented sources leave no more than maxSessions when each is heard", async () => {
  const { socket, server } = serveFake({
    limits: { maxSessions: 100, maxNewSessionsPerSecond: Infinity },
  });
  for (let count = 0; count < 100_000; count++) {
    void socket.arrive("x", peer(1 + count % 60_000, `10.0.0.${1 + Math.floor(count / 60_000)}`));
    if (count % 1_000 === 999) await turns(2);
  }
  await turns();
  assertEquals([server.size, server.counts.evicted], [100, 99_900]);
  await server.shutdown();
});

Deno.test("what comes faster than its rate is dropped, from one peer and from all of them", async () => {
  const { socket, server, clock } = serveFake({
    limits: { maxPeerDatagramsPerSecond: 3, maxDatagramsPerSecond: 8 },
  });
  for (let count = 0; count < 5; count++) await socket.arrive("a", peer(1));
  assertEquals([socket.sent.length, server.counts.dropped["peer-rate"]], [3, 2]);
  for (let port = 2; port < 9; port++) await socket.arrive("b", peer(port));
  assertEquals([socket.sent.length, server.counts.dropped.rate], [8, 2]);
  await clock.advance(1_000);
  await socket.arrive("a", peer(1));
  assertEquals(socket.sent.length, 9);
  await server.shutdown();
});

Deno.test("a datagram that nobody can answer is dropped when it comes from port 0 or in the server's name", async () => {
  const { socket, server, told } = serveFake();
  await socket.arrive("a", peer(0));
  await socket.arrive("b", peer(9000, "192.0.2.1"));
  await socket.arrive("c", peer(9000, "192.0.2.2"));
  assertEquals(socket.sent, [["0:c", 9000]]);
  assertEquals(told().slice(0, 2), [
    "Dropped a datagram from 10.0.0.1:0 (no-port)",
    "Dropped a datagram from 192.0.2.1:9000 (own-address)",
  ]);
  await server.shutdown();
});

Deno.test("a server on every address knows its own ones when they are claimed", async () => {
  const { socket, server } = serveFake({ socket: new FakeSocket("0.0.0.0") });
  await socket.arrive("a", peer(9000, "127.0.0.1"));
  await socket.arrive("b", peer(9000, "127.9.9.9"));
  await socket.arrive("c", peer(9000, "198.51.100.77"));
  await socket.arrive("d", peer(9000, "198.51.100.77"));
  assertEquals(socket.sent, [["0:c", 9000], ["0:d", 9000]]);
  assertEquals(server.counts.dropped["own-address"], 2);
  await server.shutdown();
});

Deno.test("a datagram that was cut is dropped and told when it is longer than maxDatagramBytes", async () => {
  const limits = { maxDatagramBytes: 4 };
  const { socket, server, told } = serveFake({ limits }, async (session) => {
    while (await session.receive() !== undefined);
  });
  await socket.arrive("12345", peer(1));
  await socket.arrive("1234567", peer(1));
  assertEquals(told(), ["Dropped a datagram from 10.0.0.1:1 (too-large)"]);
  await socket.arrive("1234", peer(1));
  assertEquals(server.counts.dropped["too-large"], 2);
  const [session] = server.sessions;
  const error = await rejectionOf(session!.send("12345"));
  assertInstanceOf(error, LimitError);
  assertEquals(error.message, "Cannot send datagram: 5 bytes exceed maxDatagramBytes 4");
  await server.shutdown();
});

Deno.test("drops are counted, and told again when some time has passed", async () => {
  const { socket, server, clock, told } = serveFake();
  for (let count = 0; count < 5; count++) await socket.arrive("a", peer(0));
  await clock.advance(9_999);
  assertEquals(told(), ["Dropped a datagram from 10.0.0.1:0 (no-port)"]);
  await clock.advance(1);
  await socket.arrive("a", peer(0, "10.0.0.2"));
  assertEquals(told().slice(1), ["Dropped 4 datagrams, the last one from 10.0.0.1:0 (no-port)"]);
  await server.shutdown();
  assertEquals(told().slice(2), ["Dropped a datagram from 10.0.0.2:0 (no-port)"]);
  assertEquals(clock.pending, 0);
});

Deno.test("bytes that the codec refuses end no session, and begin none", async () => {
  const { socket, server, told } = serveFake({ codec: textDatagrams({ fatal: true }) });
  await socket.arrive(Uint8Array.of(0xff), peer(1));
  assertEquals(server.size, 0);
  await socket.arrive("a", peer(1));
  await socket.arrive(Uint8Array.of(0xff), peer(1));
  await socket.arrive("b", peer(1));
  assertEquals(socket.sent, [["0:a", 1], ["0:b", 1]]);
  assertEquals(server.counts.dropped.undecodable, 2);
  assert(told()[0]?.includes("(undecodable): Cannot decode datagram"), told()[0]);
  await server.shutdown();
});

Deno.test("peers outside the address lists get no session", async () => {
  const { socket, server } = serveFake({
    allow: new AddressList(["10.0.0.0/24"]),
    deny: new AddressList(["10.0.0.9"]),
  });
  for (const host of ["10.0.0.1", "10.0.0.9", "10.0.1.1"]) await socket.arrive("a", peer(1, host));
  assertEquals([server.size, server.counts.dropped["not-allowed"]], [1, 2]);
  await server.shutdown();
});

Deno.test("an address list holds when its addresses are not written as the system writes them", async () => {
  const { socket, server } = serveFake({
    socket: new FakeSocket("::"),
    allow: new AddressList(["FD00:0::2", "::FFFF:10.0.0.0/104", "fe80::1%eth0"]),
  });
  for (const host of ["fd00::2", "::ffff:10.0.0.1", "fe80::1", "fd00::3"]) {
    await socket.arrive("a", peer(1, host));
  }
  assertEquals([server.size, server.counts.dropped["not-allowed"]], [3, 1]);
  await server.shutdown();
});

Deno.test("what waits for a slow handler is bounded in messages and in bytes", async () => {
  const sessions: DatagramSession<string>[] = [];
  const { socket, server } = serveFake(
    { limits: { maxQueuedMessages: 3, maxQueuedBytes: 24 } },
    (session) => {
      sessions.push(session);
      return new Promise((resolve) => session.signal.addEventListener("abort", resolve));
    },
  );
  for (let count = 0; count < 5; count++) await socket.arrive(`${count}`, peer(1));
  assertEquals(server.counts.dropped.queue, 2);
  // Those that begin sessions are counted apart: a session without a message would be of no use.
  await socket.arrive("x".repeat(20), peer(2));
  await socket.arrive("1", peer(2));
  assertEquals(server.counts.dropped.queue, 2);
  await socket.arrive("1234", peer(3));
  assertEquals([server.counts.dropped.queue, sessions.length], [3, 2]);
  assertEquals(await sessions[1]!.receive(), "x".repeat(20));
  await socket.arrive("1234", peer(3));
  assertEquals([server.counts.dropped.queue, sessions.length], [3, 3]);
  assertEquals(await sessions[1]!.receive(), "1");
  assertEquals(await sessions[2]!.receive(), "1234");
  await server.shutdown();
});

Deno.test("a session holds an eighth of what may wait when its handler is slow", async () => {
  const { socket, server } = serveFake(
    { limits: { maxQueuedBytes: 80 } },
    (session) => new Promise((resolve) => session.signal.addEventListener("abort", resolve)),
  );
  for (let count = 0; count < 4; count++) await socket.arrive("12345", peer(1));
  assertEquals(server.counts.dropped.queue, 1);
  await socket.arrive("x".repeat(40), peer(2));
  await socket.arrive("1", peer(2));
  assertEquals(server.counts.dropped.queue, 1);
  await server.shutdown();
});

Deno.test("a peer's rate holds beyond its session when the handler returns after each message", async () => {
  const { socket, server, clock } = serveFake(
    { limits: { maxPeerDatagramsPerSecond: 10 } },
    async (session) => {
      await session.send(`${await session.receive()}`);
    },
  );
  for (let count = 0; count < 50; count++) await socket.arrive("a", peer(1));
  assertEquals([socket.sent.length, server.counts.dropped["peer-rate"]], [10, 40]);
  await socket.arrive("b", peer(2));
  assertEquals(socket.sent.at(-1), ["b", 2]);
  await clock.advance(500);
  for (let count = 0; count < 50; count++) await socket.arrive("a", peer(1));
  assertEquals(socket.sent.length, 16);
  await server.shutdown();
});

Deno.test("what is dropped anyway takes nothing from the rate of all", async () => {
  const { socket, server } = serveFake({
    limits: { maxDatagramsPerSecond: 3, maxNewSessionsPerSecond: 2, maxDatagramBytes: 4 },
    deny: new AddressList(["10.0.0.9"]),
  });
  await socket.arrive("a", peer(1));
  for (let count = 0; count < 9; count++) {
    await socket.arrive("b", peer(2, "10.0.0.9"));
    await socket.arrive("12345", peer(1));
    await socket.arrive("c", peer(9000, "192.0.2.1"));
  }
  await socket.arrive("d", peer(4));
  for (let port = 5; port < 9; port++) await socket.arrive("e", peer(port));
  await socket.arrive("f", peer(1));
  assertEquals(socket.sent, [["0:a", 1], ["1:d", 4], ["0:f", 1]]);
  assertEquals([server.counts.dropped["session-rate"], server.counts.dropped.rate], [4, 0]);
  await server.shutdown();
});

for (
  const [what, thrown] of [
    ["an object without a prototype", Object.create(null)],
    ["a symbol", Symbol("no")],
    ["null", null],
  ]
) {
  Deno.test(`bytes are undecodable when the codec throws ${what}`, async () => {
    const decode = (bytes: Uint8Array): string => {
      if (bytes.length === 0) throw thrown;
      return "ok";
    };
    const { socket, server, told } = serveFake({ codec: { ...textDatagrams(), decode } });
    await socket.arrive("", peer(1));
    await socket.arrive("a", peer(1));
    assertEquals([socket.sent, server.counts.dropped.undecodable], [[["0:ok", 1]], 1]);
    assert(told()[0]?.startsWith("Dropped a datagram from 10.0.0.1:1 (undecodable)"), told()[0]);
    await server.shutdown();
  });
}

Deno.test("a handler that throws ends its own session alone, and is told", async () => {
  const { socket, server, told } = serveFake({}, async (session) => {
    for await (const text of session) {
      if (text === "bad") throw new Error("no such word");
      await session.send(text);
    }
  });
  await socket.arrive("a", peer(1));
  await socket.arrive("bad", peer(2));
  await socket.arrive("b", peer(1));
  assertEquals(socket.sent, [["a", 1], ["b", 1]]);
  assert(told().some((line) => line.startsWith("#1 10.0.0.1:2 failed: ")), told().join("\n"));
  assertEquals([server.counts.failed, server.size], [1, 1]);
  await server.shutdown();
});

Deno.test("a session is over when its handler returns, and the next datagram begins another one", async () => {
  let session: DatagramSession<string> | undefined;
  const { socket, server } = serveFake({}, async (one) => {
    session = one;
    await one.send(`${one.id}:${await one.receive()}`);
  });
  await socket.arrive("a", peer(1));
  assertEquals([session?.closeReason, session?.signal.aborted], ["done", true]);
  const error = await rejectionOf(session!.send("late"));
  assertInstanceOf(error, ClosedError);
  assertEquals(error.message, "Cannot use the session: it was closed here");
  assertEquals(await session!.receive(), undefined);
  await socket.arrive("b", peer(1));
  assertEquals(socket.sent, [["0:a", 1], ["1:b", 1]]);
  await server.shutdown();
});

for (const throwsAtOnce of [false, true]) {
  const how = throwsAtOnce ? "throws" : "fails";
  Deno.test(`a send that ${how} is told who waits for it, and ends nothing when nobody does`, async () => {
    const errors: unknown[] = [];
    const { socket, server } = serveFake({}, async (session) => {
      for await (const text of session) {
        const sent = session.send(text);
        if (text === "wait") await sent.catch((error) => errors.push(error));
      }
    });
    socket.throwsAtOnce = throwsAtOnce;
    socket.sendError = new Deno.errors.PermissionDenied("no");
    await socket.arrive("forget", peer(1));
    await socket.arrive("wait", peer(1));
    socket.sendError = undefined;
    await socket.arrive("again", peer(1));
    assertEquals([errors.length, server.counts.sendFailed, socket.sent], [1, 2, [["again", 1]]]);
    await server.shutdown();
  });
}

Deno.test("receiving goes on when it fails: at once where a peer is gone, later where the system fails", async () => {
  const { socket, server, clock, told } = serveFake();
  await socket.fail(new Deno.errors.ConnectionRefused("Connection refused"));
  await socket.arrive("a", peer(1));
  assertEquals([socket.sent.length, server.counts.unreachable], [1, 1]);
  await socket.fail(new Error("No buffer space"));
  await socket.arrive("b", peer(1));
  assertEquals(socket.sent.length, 1);
  assertEquals(told().at(-1), "Cannot receive: No buffer space; next try in 5 ms");
  await clock.advance(5);
  assertEquals(socket.sent.length, 2);
  await server.shutdown();
});

Deno.test("a server is over when its socket is closed by somebody else", async () => {
  const { socket, server } = serveFake();
  await socket.arrive("a", peer(1));
  socket.close();
  await server.finished;
  assertEquals(server.size, 0);
});

Deno.test("shutdown() lets handlers finish with what came, then cuts the others", async () => {
  const seen: string[] = [];
  const { socket, server, clock } = serveFake({ deadlines: { graceMs: 500 } }, async (session) => {
    for await (const text of session) {
      seen.push(text);
      if (text === "stuck") await new Promise(() => {});
    }
    await session.send("bye");
  });
  await socket.arrive("a", peer(1));
  await socket.arrive("stuck", peer(2));
  const ended = server.shutdown();
  assertEquals(await stateOf(ended), "pending");
  assertEquals(socket.sent, [["bye", 1]]);
  await socket.arrive("late", peer(3));
  assertEquals(server.counts.dropped.stopping, 1);
  await clock.advance(500);
  assertEquals(await ended, { drained: 1, cut: 1 });
  assertEquals(await server.shutdown(), { drained: 1, cut: 1 });
  await server.finished;
  assertEquals([socket.closed, clock.pending], [true, 0]);
});

Deno.test("a server shuts down when its signal is aborted", async () => {
  const stop = new AbortController();
  const { server } = serveFake({ signal: stop.signal });
  stop.abort();
  await server.finished;
});

Deno.test("the trace shows each datagram and the message that it became", async () => {
  const lines: string[] = [];
  const { socket, server } = serveFake({
    trace: (event) =>
      lines.push(
        event.type === "note"
          ? event.note
          : `${event.type} ${event.direction} #${event.id} ${
            event.type === "message" ? `${event.message} ${event.from}-${event.to}` : event.offset
          }`,
      ),
  });
  await socket.arrive("ab", peer(1));
  await socket.arrive("c", peer(1));
  assertEquals(lines, [
    "bytes received #0 0",
    "message received #0 ab 0-2",
    "message sent #0 0:ab 0-4",
    "bytes sent #0 0",
    "bytes received #0 2",
    "message received #0 c 2-3",
    "message sent #0 0:c 4-7",
    "bytes sent #0 4",
  ]);
  await server.shutdown();
});

Deno.test("send() reaches an address without a session, and refuses what is none", async () => {
  const { socket, server } = serveFake();
  await server.send({ hostname: "10.0.0.7", port: 7 }, "hello");
  assertEquals(socket.sent, [["hello", 7]]);
  for (const address of [{ hostname: "example.org", port: 7 }, { hostname: "10.0.0.7", port: 0 }]) {
    assertInstanceOf(await rejectionOf(server.send(address, "hello")), TypeError);
  }
  await server.shutdown();
});

Deno.test("serveDatagrams() closes the socket when it refuses an option", () => {
  const refuse = (options: object) => {
    const socket = new FakeSocket();
    const all = { codec: rawDatagrams(), ...options };
    assertThrows(() => serveDatagrams(socket, all, () => {}), Error);
    assert(socket.closed);
  };
  refuse({ limits: { maxSession: 1 } });
  refuse({ limits: { maxDatagramBytes: 65_508 } });
  refuse({ deadlines: { idleMs: 0 } });
  refuse({ codec: {} });
  refuse({ wrong: true });
  refuse({ allow: ["127.0.0.1"] });
  refuse({ deny: new Set(["127.0.0.1"]) });
  refuse({ onEvent: 5 });
  refuse({ trace: 5 });
  refuse({ signal: "stop" });
  refuse({ clock: {} });
});

Deno.test("bytes are sent as a copy, and as they are when they are transferred", async () => {
  const sent: Uint8Array[] = [];
  class KeepingSocket extends FakeSocket {
    override send(bytes: Uint8Array, to: Deno.NetAddr): Promise<number> {
      sent.push(bytes);
      return super.send(bytes, to);
    }
  }
  const socket = new KeepingSocket();
  const heard: Uint8Array[] = [];
  const server = serveDatagrams(socket, { codec: rawDatagrams() }, async (session) => {
    for await (const message of session) {
      heard.push(message);
      await session.send(message, { transfer: heard.length === 2 });
    }
  });
  await socket.arrive("a", peer(1));
  await socket.arrive("b", peer(1));
  await server.send(peer(2), heard[0]!, { transfer: true });
  assertEquals([sent[0] === heard[0], sent[1] === heard[1], sent[2] === heard[0]], [
    false,
    true,
    true,
  ]);
  await server.shutdown();
});

Deno.test("bytes of shared memory are sent as a copy though they are transferred", () => {
  // A page has no such memory, and codec/ is tested there.
  const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
  const bytes = rawDatagrams().encode(shared, { transfer: true });
  assertInstanceOf(bytes.buffer, ArrayBuffer);
  assertEquals([...bytes], [7, 7]);
});
