import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  AddressList,
  ClosedError,
  Connection,
  DeadlineError,
  defineCodec,
  fixed,
  type Handler,
  LimitError,
  lines,
  serve,
  type ServeOptions,
  type Server,
} from "../../mod.ts";
import { formatServerEvent, type ServerEvent } from "../../net/server_events.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { stateOf, turns } from "../../testing/turns.ts";
import { printedBy } from "./printed.ts";

interface Served {
  server: Server<string>;
  listener: MemoryListener;
  clock: FakeClock;
  events: ServerEvent[];
}

const echo: Handler<string> = async (connection) => {
  for await (const line of connection) await connection.send(line);
};

function served(
  options: Partial<ServeOptions<string>> = {},
  handler: Handler<string> = echo,
): Served {
  const listener = new MemoryListener();
  const clock = new FakeClock();
  const events: ServerEvent[] = [];
  const onEvent = (event: ServerEvent) => void events.push(event);
  const server = serve(listener, { codec: lines(), clock, onEvent, ...options }, handler);
  return { server, listener, clock, events };
}

function typesOf(events: ServerEvent[]): string[] {
  return events.map((event) => "id" in event ? `${event.type} ${event.id}` : event.type);
}

Deno.test("serve() serves every client, and closes politely when the handler returns", async () => {
  const { server, listener, events } = served();
  const clients = [listener.connect(), listener.connect(), listener.connect()];
  for (const [index, client] of clients.entries()) client.deliver(`I am ${index}\n`);
  await turns();
  assertEquals(clients.map(({ written }) => written), ["I am 0\n", "I am 1\n", "I am 2\n"]);
  assertEquals(server.connections.size, 3);
  assertEquals([...server.connections].map(({ id }) => id), [0, 1, 2]);
  clients[1]?.finish();
  await turns();
  assert(clients[1]?.writeClosed && clients[1].closed);
  assertEquals(server.connections.size, 2);
  assertEquals(server.counts, { accepted: 3, refused: 0, failed: 0, lost: 0, acceptFailed: 0 });
  assertEquals(typesOf(events), ["opened 0", "opened 1", "opened 2", "closed 1"]);
  for (const client of clients) client.finish();
  await server.shutdown();
  assertEquals(server.addr, listener.addr);
});

Deno.test("serve() counts and reports a handler's failure, which touches nobody else", async () => {
  const boom = new Error("a bug in the handler");
  const { server, listener, events } = served({}, async (connection) => {
    for await (const line of connection) {
      await connection.send(line);
      if (line === "boom") throw boom;
    }
  });
  const [bad, good] = [listener.connect("10.0.0.1"), listener.connect("10.0.0.2")];
  bad.deliver("boom\n");
  await turns();
  // What was sent before leaves, politely.
  assertEquals([bad.written, bad.writeClosed], ["boom\n", true]);
  bad.finish();
  good.deliver("still here\n");
  await turns();
  assertEquals(good.written, "still here\n");
  assertEquals(server.counts, { accepted: 2, refused: 0, failed: 1, lost: 0, acceptFailed: 0 });
  assertEquals(events.filter(({ type }) => type !== "opened"), [
    { type: "failed", id: 0, address: bad.remoteAddr, error: boom },
    { type: "closed", id: 0, address: bad.remoteAddr },
  ]);
  good.finish();
  await server.shutdown();
});

Deno.test("serve() counts a handler that throws without a promise, and an illegal message", async () => {
  const thrown = served({}, () => {
    throw new Error("at once");
  });
  thrown.listener.connect().finish();
  await turns();
  assertEquals(thrown.server.counts.failed, 1);
  await thrown.server.shutdown();

  const { server, listener, events } = served({ codec: lines({ maxBytes: 3 }) });
  const client = listener.connect();
  client.deliver("toolong\n");
  client.finish();
  await turns();
  const failed = events.find(({ type }) => type === "failed");
  assert(failed?.type === "failed");
  assertInstanceOf(failed.error, LimitError);
  await server.shutdown();
});

Deno.test("serve() reports a client that resets as its failure", async () => {
  const { server, listener, events } = served();
  const [bad, good] = [listener.connect(), listener.connect()];
  await turns();
  bad.reset();
  good.deliver("here\n");
  await turns();
  const failed = events.find(({ type }) => type === "failed");
  assert(failed?.type === "failed");
  assertInstanceOf(failed.error, ClosedError);
  assertEquals([failed.id, failed.error.code], [0, "connection-reset"]);
  assertEquals(good.written, "here\n");
  good.finish();
  await server.shutdown();
});

Deno.test("serve() cuts a client that stops reading after writeMs", async () => {
  const { server, listener, clock, events } = served({ deadlines: { writeMs: 700 } });
  const client = listener.connect();
  client.blockWrites();
  client.deliver("take this\n");
  await clock.advance(699);
  assertEquals(server.counts.failed, 0);
  await clock.advance(1);
  const failed = events.find(({ type }) => type === "failed");
  assert(failed?.type === "failed");
  assertInstanceOf(failed.error, DeadlineError);
  assertEquals([failed.error.phase, failed.error.ms, client.closed], ["write", 700, true]);
  await server.shutdown();
});

Deno.test("serve() does the handshake first, within handshakeMs", async () => {
  const { server, listener, clock, events } = served({ deadlines: { handshakeMs: 300 } });
  const shakes = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const clients = shakes.map(({ promise }) => {
    const transport = Object.assign(new MemoryTransport(), { handshake: () => promise });
    return listener.connect(transport);
  });
  for (const client of clients) client.deliver("x\n");
  await clock.advance(299);
  shakes[0]?.resolve();
  await turns();
  assertEquals([clients[0]?.written, server.counts.failed], ["x\n", 0]);
  await clock.advance(1);
  const failed = events.find(({ type }) => type === "failed");
  assert(failed?.type === "failed");
  assertInstanceOf(failed.error, DeadlineError);
  assertEquals([failed.id, failed.error.phase, failed.error.ms], [1, "handshake", 300]);
  for (const client of clients) client.finish();
  await server.shutdown();
});

Deno.test("serve() turns peers away by their address, and says nothing to them", async () => {
  const { server, listener, events, clock } = served({
    allow: new AddressList(["10.0.0.0/8"]),
    deny: new AddressList(["10.6.6.0/24"]),
    refusal: () => "this is for limits alone",
  });
  const allowed = listener.connect("::ffff:10.0.0.1");
  const outside = listener.connect("11.0.0.1");
  const denied = listener.connect("10.6.6.6");
  await turns();
  assertEquals([allowed.closed, outside.closed, denied.closed], [false, true, true]);
  assertEquals([outside.written, denied.written], ["", ""]);
  assertEquals(server.counts, { accepted: 1, refused: 2, failed: 0, lost: 0, acceptFailed: 0 });
  // One a minute is told, and how many there were in between.
  const told = () => events.filter(({ type }) => type === "refused");
  const first = { address: outside.remoteAddr, reason: "11.0.0.1:2 is not allowed" };
  assertEquals(told(), [{ type: "refused", ...first }]);
  await clock.advance(59_999);
  listener.connect("10.6.6.7");
  await turns();
  assertEquals(told().length, 1);
  await clock.advance(1);
  const later = listener.connect("10.6.6.8");
  await turns();
  const reason = "10.6.6.8:2 is not allowed, and 2 more since the last one";
  assertEquals(told().slice(1), [{ type: "refused", address: later.remoteAddr, reason }]);
  assertEquals(server.counts.refused, 4);
  allowed.finish();
  await server.shutdown();
});

Deno.test("serve() serves maxConnections at one time, and one more when one has left", async () => {
  const { server, listener, events } = served({ limits: { maxConnections: 2 } });
  const first = listener.connect("10.0.0.1");
  const second = listener.connect("10.0.0.2");
  const third = listener.connect("10.0.0.3");
  await turns();
  assertEquals([first.closed, second.closed, third.closed], [false, false, true]);
  assertEquals(events.at(-1), {
    type: "refused",
    address: third.remoteAddr,
    reason: "Cannot accept connection: 3 connections exceed maxConnections 2",
  });
  first.finish();
  await turns();
  const fourth = listener.connect("10.0.0.4");
  await turns();
  assertEquals([fourth.closed, server.counts.accepted, server.counts.refused], [false, 3, 1]);
  for (const client of [second, fourth]) client.finish();
  await server.shutdown();
});

Deno.test("serve() serves maxConnectionsPerAddress from one address, and others beside them", async () => {
  const { server, listener, events } = served({ limits: { maxConnectionsPerAddress: 2 } });
  const same = ["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1"].map((from) => listener.connect(from));
  const other = listener.connect("10.0.0.2");
  await turns();
  assertEquals(same.map(({ closed }) => closed), [false, false, true]);
  assertEquals(other.closed, false);
  const refused = events.find(({ type }) => type === "refused");
  assert(refused?.type === "refused");
  assertEquals(
    refused.reason,
    "Cannot accept connection: 3 connections exceed maxConnectionsPerAddress 2",
  );
  for (const client of [...same, other]) client.finish();
  await turns();
  const again = listener.connect("10.0.0.1");
  await turns();
  assertEquals(again.closed, false);
  again.finish();
  await server.shutdown();
});

Deno.test("serve() tells who is turned away for a limit what refusal returns", async () => {
  const errors: LimitError[] = [];
  const { server, listener, clock } = served({
    limits: { maxConnections: 1 },
    refusal: (error) => {
      errors.push(error);
      return errors.length === 1 ? `full: ${error.max}` : undefined;
    },
  });
  const client = listener.connect();
  const [told, untold] = [listener.connect(), listener.connect()];
  await turns();
  assertEquals([told.written, told.writeClosed, told.closed], ["full: 1\n", true, false]);
  assertEquals([untold.written, untold.closed], ["", true]);
  assertEquals(errors.map(({ limit, got }) => [limit, got]), [["maxConnections", 2], [
    "maxConnections",
    2,
  ]]);
  await clock.advance(199);
  assertEquals(told.closed, false);
  await clock.advance(1);
  assert(told.closed);
  client.finish();
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("serve() waits for who is being turned away when it stops", async () => {
  const { server, listener, clock } = served({
    limits: { maxConnections: 1 },
    refusal: () => "full",
  });
  const client = listener.connect();
  const told = listener.connect();
  await turns();
  client.finish();
  const stopping = server.shutdown();
  assertEquals([await stateOf(stopping), await stateOf(server.finished)], ["pending", "pending"]);
  told.finish();
  assertEquals(await stopping, { drained: 1, cut: 0 });
  await server.finished;
  assertEquals(clock.pending, 0);
});

Deno.test("serve() turns away as without refusal when that throws, and says so once", async () => {
  const printed = await printedBy(async () => {
    const { server, listener, events } = served({
      limits: { maxConnections: 1 },
      refusal: () => {
        throw new Error("a bug in refusal");
      },
    });
    const client = listener.connect();
    const refused = [listener.connect(), listener.connect()];
    await turns();
    assertEquals(refused.map(({ closed, written }) => [closed, written]), [[true, ""], [true, ""]]);
    assertEquals(typesOf(events), ["opened 0", "refused", "refused"]);
    client.deliver("still served\n");
    await turns();
    assertEquals(client.written, "still served\n");
    assertEquals(server.counts, { accepted: 1, refused: 2, failed: 0, lost: 0, acceptFailed: 0 });
    client.finish();
    await server.shutdown();
  });
  assertEquals(printed.length, 1);
  assert(printed[0]?.startsWith("Cannot run refusal (its later failures are not shown): Error: a"));
});

Deno.test("serve() reports failing accepts, waits longer each time, and goes on", async () => {
  const { server, listener, clock, events } = served();
  await turns();
  const error = new Error("Too many open files (os error 24)");
  for (let count = 0; count < 10; count++) listener.fail(error);
  await turns();
  const waits = [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000];
  for (const [index, retryMs] of waits.entries()) {
    assertEquals(events.at(-1), { type: "accept-failed", error, retryMs });
    assertEquals(server.counts.acceptFailed, index + 1);
    await clock.advance(retryMs - 1);
    assertEquals(listener.accepts, index + 1);
    await clock.advance(1);
  }
  const client = listener.connect();
  client.deliver("hi\n");
  await turns();
  assertEquals(client.written, "hi\n");
  // A good accept sets the wait back.
  listener.fail(error);
  await turns();
  assertEquals(events.at(-1), { type: "accept-failed", error, retryMs: 5 });
  client.finish();
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("serve() ends without a report when the listener was closed by who opened it", async () => {
  const { server, listener, events } = served();
  await turns();
  listener.close();
  await server.finished;
  assertEquals(events, []);
  assertEquals(await server.shutdown(), { drained: 0, cut: 0 });
});

Deno.test("serve() accepts maxAccepted connections in all, then stops, and those go on", async () => {
  const { server, listener, events } = served({
    limits: { maxAccepted: 2 },
    deny: new AddressList(["10.6.6.6"]),
  });
  // Who is turned away does not count.
  const denied = listener.connect("10.6.6.6");
  const first = listener.connect();
  first.finish();
  await turns();
  assertEquals([denied.closed, first.closed, listener.closed], [true, true, false]);
  const second = listener.connect();
  const third = listener.connect();
  await turns();
  assert(listener.closed);
  assertEquals(await stateOf(server.finished), "pending");
  assertEquals(server.counts.accepted, 2);
  second.deliver("still served\n");
  third.deliver("never\n");
  await turns();
  assertEquals([second.written, third.written], ["still served\n", ""]);
  second.finish();
  await server.finished;
  assertEquals(typesOf(events), ["refused", "opened 0", "closed 0", "opened 1", "closed 1"]);
});

Deno.test("serve() counts a connection for maxAccepted before its handshake is done", async () => {
  const { server, listener } = served({ limits: { maxAccepted: 1 } });
  const shake = Promise.withResolvers<void>();
  const shaking = () => Object.assign(new MemoryTransport(), { handshake: () => shake.promise });
  const [first, second] = [listener.connect(shaking()), listener.connect(shaking())];
  for (const client of [first, second]) client.deliver("x\n");
  await turns();
  shake.resolve();
  await turns();
  assertEquals([first.written, second.written, server.counts.accepted], ["x\n", "", 1]);
  first.finish();
  await server.finished;
});

Deno.test("serve() keeps the queue of each connection to maxQueuedBytes", async () => {
  const errors: unknown[] = [];
  const { server, listener } = served({ limits: { maxQueuedBytes: 8 } }, async (connection) => {
    void connection.send("123");
    void connection.send("567");
    if (await connection.receive() === "more") {
      await connection.send("").catch((error) => errors.push(error));
    }
  });
  const [full, over] = [listener.connect(), listener.connect()];
  for (const client of [full, over]) client.blockWrites();
  full.deliver("enough\n");
  over.deliver("more\n");
  await turns();
  assertEquals([full.closed, over.closed], [false, true]);
  assertInstanceOf(errors[0], LimitError);
  assertEquals([errors[0].limit, errors[0].max, errors[0].got], ["maxQueuedBytes", 8, 9]);
  full.unblockWrites();
  full.finish();
  await server.shutdown();
  assertEquals(full.written, "123\n567\n");
});

Deno.test("serve() frees the place of a peer whose handshake failed at once", async () => {
  const { server, listener, clock, events } = served({
    limits: { maxConnections: 1 },
    deadlines: { handshakeMs: 300 },
  });
  const failing = new MemoryTransport();
  // Nothing that would be polite comes to an end with such a peer.
  failing.blockCloseWrite();
  const handshake = () => Promise.reject(new Deno.errors.InvalidData("no TLS"));
  listener.connect(Object.assign(failing, { handshake }));
  await turns();
  assertEquals([failing.closed, server.connections.size, clock.pending], [true, 0, 0]);
  assertEquals(typesOf(events), ["opened 0", "failed 0", "closed 0"]);
  const mute = Object.assign(new MemoryTransport(), { handshake: () => new Promise(() => {}) });
  listener.connect(mute);
  await clock.advance(300);
  assertEquals([mute.closed, server.connections.size, clock.pending], [true, 0, 0]);
  const next = listener.connect();
  next.deliver("my turn\n");
  await turns();
  assertEquals(next.written, "my turn\n");
  next.finish();
  await server.shutdown();
});

Deno.test("serve() closes the transport and counts nobody when the codec can make no session", async () => {
  const bug = new Error("a bug in the codec");
  let sessions = 0;
  const codec = defineCodec<string>(() => {
    if (++sessions <= 3) throw bug;
    return lines().session();
  });
  const { server, listener, events } = served({
    codec,
    limits: { maxConnectionsPerAddress: 1 },
  });
  const broken = [listener.connect(), listener.connect(), listener.connect()] as const;
  const [{ remoteAddr: address }] = broken;
  await turns();
  assert(broken.every(({ closed }) => closed));
  assertEquals(events[0], { type: "failed", id: 0, address, error: bug });
  assertEquals(server.counts, { accepted: 3, refused: 0, failed: 3, lost: 0, acceptFailed: 0 });
  const client = listener.connect();
  client.deliver("served\n");
  await turns();
  assertEquals([client.written, server.connections.size], ["served\n", 1]);
  client.finish();
  await server.shutdown();
});

Deno.test("serve() leaves options alone that it does not know: a program may hand its own on", async () => {
  const options = { limits: { maxConnections: 1 }, hostname: "127.0.0.1", waitMs: 5 };
  const { server } = served(options);
  await server.shutdown();
});

Deno.test("shutdown() refuses a graceMs that is no time, and the server goes on", async () => {
  const { server, listener } = served();
  const error = "Cannot set graceMs: NaN is neither a number of milliseconds from 0 nor Infinity";
  await assertRejects(() => server.shutdown({ graceMs: NaN }), RangeError, error);
  await assertRejects(() => server.shutdown({ graceMs: -1 }), RangeError, "Cannot set graceMs: -1");
  const client = listener.connect();
  client.deliver("still served\n");
  await turns();
  assertEquals(client.written, "still served\n");
  client.finish();
  await server.shutdown({ graceMs: 0 });
});

Deno.test("serve() refuses options that are none at once", () => {
  const make = (options: Partial<ServeOptions<string>>) => () => served(options);
  assertThrows(make({ limits: { maxConnections: 0 } }), RangeError, "Cannot set maxConnections: 0");
  assertThrows(make({ limits: { maxConnectionsPerAddress: 1.5 } }), RangeError, "1.5");
  assertThrows(make({ limits: { maxAccepted: 0 } }), RangeError, "Cannot set maxAccepted: 0");
  assertThrows(make({ limits: { maxQueuedBytes: -1 } }), RangeError, "Cannot set maxQueuedBytes");
  assertThrows(make({ deadlines: { idleMs: 0 } }), RangeError, "Cannot set idleMs: 0");
  assertThrows(make({ deadlines: { handshakeMs: NaN } }), RangeError, "Cannot set handshakeMs");
  assertThrows(make({ rate: { messagesPerSecond: 0 } }), RangeError, "Cannot limit to 0 a second");
  assertThrows(make({ deadlines: { gapMs: -1 } }), RangeError, "Cannot set gapMs: -1");
  assertThrows(
    make({ deadlines: { graceMs: -1 } }),
    RangeError,
    "Cannot set graceMs: -1 is neither a number of milliseconds from 0 nor Infinity",
  );
});

Deno.test("serve() writes failures to stderr without onEvent: a line each, and bugs with their stack", async () => {
  const printed = await printedBy(async () => {
    const listener = new MemoryListener();
    const options = { codec: lines({ maxBytes: 3 }), clock: new FakeClock() };
    const server = serve(listener, options, async (connection) => {
      await connection.receive();
      throw new RangeError("bad\x1bnews", { cause: new Error("older") });
    });
    const [buggy, illegal] = [listener.connect(), listener.connect()];
    buggy.finish();
    illegal.deliver("too long\n");
    illegal.finish();
    await turns();
    assertEquals(server.counts, { accepted: 2, refused: 0, failed: 2, lost: 0, acceptFailed: 0 });
    await server.shutdown();
  });
  assertEquals(printed.length, 2);
  const [bug = "", line = ""] = printed.toSorted((a, b) => a.length - b.length).reverse();
  assertMatch(bug, /^#0 127\.0\.0\.1:2 failed: RangeError: bad\\x1bnews\n {4}at .*serve_test/);
  assertMatch(bug, /\nCaused by Error: older\n {4}at /);
  assertEquals(
    line,
    "#1 127.0.0.1:2 failed: Cannot decode line: at least 4 bytes exceed maxLineBytes 3",
  );
});

Deno.test("formatServerEvent() says each event in one harmless line", () => {
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 5000 } as const;
  const texts = [
    { type: "opened", id: 1, address },
    { type: "closed", id: 1, address },
    { type: "failed", id: 1, address, error: new Deno.errors.BrokenPipe("x\n#2 forged") },
    { type: "failed", id: 1, address, error: "no error" },
    { type: "refused", address, reason: "full\r" },
    { type: "accept-failed", error: new Error("EMFILE"), retryMs: 5 },
    { type: "accept-failed", error: "no error", retryMs: 0 },
  ] as const;
  assertEquals(texts.map(formatServerEvent), [
    "#1 127.0.0.1:5000 connected",
    "#1 127.0.0.1:5000 closed",
    "#1 127.0.0.1:5000 failed: x\\n#2 forged",
    "#1 127.0.0.1:5000 failed: no error",
    "127.0.0.1:5000 refused: full\\r",
    "Cannot accept connections: EMFILE; next try in 5 ms",
    "Cannot accept connections; next try at once: no error",
  ]);
});

Deno.test("serve() gives the handler a connection with the server's options and its own id", async () => {
  const seen: Connection<string>[] = [];
  const ids: number[] = [];
  const { server, listener } = served({ trace: ({ id }) => void ids.push(id) }, (connection) => {
    seen.push(connection);
  });
  listener.connect().finish();
  listener.connect().finish();
  await turns();
  assert(seen.every((connection) => connection instanceof Connection && connection.closed));
  assertEquals([seen.map(({ id }) => id), [...new Set(ids)]], [[0, 1], [0, 1]]);
  await server.shutdown();
});

Deno.test("serve() and Connection refuse gapMs when the decoder has no flush", () => {
  const listener = new MemoryListener();
  const text = "Cannot end messages at a gap: the codec's decoder has no flush()";
  assertThrows(
    () => serve(listener, { codec: fixed(1), deadlines: { gapMs: 50 } }, () => {}),
    TypeError,
    text,
  );
  const transport = new MemoryTransport();
  assertThrows(
    () => new Connection(transport, fixed(1), { deadlines: { gapMs: 50 } }),
    TypeError,
    text,
  );
});

Deno.test("serve() closes its listener when it refuses an option", () => {
  for (const options of [{ limits: { maxConnections: 0 } }, { deadlines: { idleMs: NaN } }]) {
    const listener = new MemoryListener();
    assertThrows(() => serve(listener, { codec: lines(), ...options }, echo), RangeError);
    assert(listener.closed);
  }
});

Deno.test("serve() counts no connections per address where there are no addresses", async () => {
  const { server, listener } = served({ limits: { maxConnectionsPerAddress: 1 } });
  const remoteAddr = { transport: "unix", path: "" } as const;
  const clients = [1, 2].map(() => listener.connect(new MemoryTransport({ remoteAddr })));
  await turns();
  assertEquals(server.connections.size, 2);
  for (const client of clients) client.finish();
  await server.shutdown();
});
