import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  AddressList,
  ClosedError,
  Connection,
  DeadlineError,
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
  const { server, listener, events } = served({
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
  assertEquals(events.slice(1), [
    { type: "refused", address: outside.remoteAddr, reason: "11.0.0.1:2 is not allowed" },
    { type: "refused", address: denied.remoteAddr, reason: "10.6.6.6:2 is not allowed" },
  ]);
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

Deno.test("serve() goes on and leaves nothing open when refusal throws", async () => {
  const { server, listener, clock, events } = served({
    limits: { maxConnections: 1 },
    refusal: () => {
      throw new Error("a bug in refusal");
    },
  });
  const client = listener.connect();
  const refused = listener.connect();
  await clock.advance(5);
  assert(refused.closed);
  assertEquals(typesOf(events), ["opened 0", "refused", "accept-failed"]);
  client.deliver("still served\n");
  await turns();
  assertEquals(client.written, "still served\n");
  client.finish();
  await server.shutdown();
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

Deno.test("serve() refuses options that are none at once", () => {
  const make = (options: Partial<ServeOptions<string>>) => () => served(options);
  assertThrows(make({ limits: { maxConnections: 0 } }), RangeError, "Cannot set maxConnections: 0");
  assertThrows(make({ limits: { maxConnectionsPerAddress: 1.5 } }), RangeError, "1.5");
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

Deno.test("serve() goes on when onEvent throws, and writes failures to stderr without it", async () => {
  const { error: original } = console;
  const printed: unknown[] = [];
  console.error = (text: unknown) => void printed.push(text);
  try {
    for (const onEvent of [throwing, undefined]) {
      const listener = new MemoryListener();
      const options = { codec: lines(), clock: new FakeClock(), ...onEvent && { onEvent } };
      const server = serve(listener, options, () => {
        throw new Error("bad\x1bnews");
      });
      listener.connect().finish();
      listener.connect().finish();
      await turns();
      assertEquals(server.counts, { accepted: 2, refused: 0, failed: 2, lost: 0, acceptFailed: 0 });
      await server.shutdown();
    }
  } finally {
    console.error = original;
  }
  assertEquals(printed, [
    ...Array(6).fill("Cannot report a server event: a bug in onEvent"),
    "#0 127.0.0.1:2 failed: bad\\x1bnews",
    "#1 127.0.0.1:2 failed: bad\\x1bnews",
  ]);
});

function throwing(): void {
  throw new Error("a bug in onEvent");
}

Deno.test("formatServerEvent() says each event in one harmless line", () => {
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 5000 } as const;
  const texts = [
    { type: "opened", id: 1, address },
    { type: "closed", id: 1, address },
    { type: "failed", id: 1, address, error: new Error("x\n#2 forged") },
    { type: "failed", id: 1, address, error: "no error" },
    { type: "refused", address, reason: "full\r" },
    { type: "accept-failed", error: new Error("EMFILE"), retryMs: 5 },
  ] as const;
  assertEquals(texts.map(formatServerEvent), [
    "#1 127.0.0.1:5000 connected",
    "#1 127.0.0.1:5000 closed",
    "#1 127.0.0.1:5000 failed: x\\n#2 forged",
    "#1 127.0.0.1:5000 failed: no error",
    "127.0.0.1:5000 refused: full\\r",
    "Cannot accept connections: EMFILE; next try in 5 ms",
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
