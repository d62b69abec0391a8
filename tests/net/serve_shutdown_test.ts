import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ClosedError,
  type Connection,
  type Handler,
  lines,
  serve,
  type ServeOptions,
  type Server,
} from "../../mod.ts";
import { sleep } from "../../net/clock.ts";
import { EventLog } from "./event_log.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { stateOf, turns } from "../../testing/turns.ts";
import { POLL_TURNS } from "../../net/turn.ts";

interface Served {
  server: Server<string>;
  listener: MemoryListener;
  clock: FakeClock;
  log: EventLog;
}

const echo: Handler<string> = async (connection) => {
  for await (const line of connection) await connection.send(line);
};

const hang: Handler<string> = () => new Promise<void>(() => {});

function served(
  handler: Handler<string>,
  options: Partial<ServeOptions<string>> = {},
): Served {
  const listener = new MemoryListener();
  const clock = new FakeClock();
  const log = new EventLog();
  const all = { codec: lines(), clock, onEvent: log.onEvent, ...options };
  return { server: serve(listener, all, handler), listener, clock, log };
}

Deno.test("shutdown() answers what was received before, ends who waits, and counts the drained", async () => {
  const { server, listener, clock, log } = served(echo);
  const clients = [listener.connect(), listener.connect(), listener.connect()];
  await turns();
  const [busy, idle, half] = clients;
  busy?.deliver("one\n", "two\nthree\n");
  half?.deliver("no ending");
  const stopping = server.shutdown();
  assert(listener.closed);
  await turns(2 * POLL_TURNS + 8); // bytes that came meanwhile begin the wait anew
  assertEquals(busy?.written, "one\ntwo\nthree\n");
  assertEquals(clients.map(({ writeClosed }) => writeClosed), [true, true, true]);
  for (const client of [busy, idle, half]) client?.finish();
  assertEquals(await stopping, { drained: 3, cut: 0 });
  await server.finished;
  assertEquals(server.counts, { accepted: 3, refused: 0, failed: 0, lost: 0, acceptFailed: 0 });
  assertEquals(log.events.filter(({ type }) => type === "closed").length, 3);
  assertEquals([server.connections.size, clock.pending], [0, 0]);
});

Deno.test("shutdown() cuts who has not ended after graceMs, and not before", async () => {
  const { server, listener, clock, log } = served(async (connection) => {
    if (connection.id === 0) await new Promise(() => {});
    else await echo(connection);
  }, { deadlines: { graceMs: 2000 } });
  const [stuck, fine] = [listener.connect(), listener.connect()];
  await turns();
  const stopping = server.shutdown();
  fine.finish();
  await clock.advance(1999);
  assertEquals([await stateOf(stopping), stuck.closed], ["pending", false]);
  await clock.advance(1);
  assertEquals(await stopping, { drained: 1, cut: 1 });
  assert(stuck.closed);
  await server.finished;
  // That a connection was cut is no failure of its handler.
  assertEquals(log.events.filter(({ type }) => type === "failed"), []);
  assertEquals(clock.pending, 0);
});

Deno.test("shutdown() tells a handler why its connection was cut", async () => {
  const errors: unknown[] = [];
  const { server, listener, clock } = served(async (connection) => {
    await connection.send("stuck");
    try {
      await connection.flush();
    } catch (error) {
      errors.push(error);
      throw error;
    }
  }, { deadlines: { graceMs: 10 } });
  listener.connect().blockWrites();
  await turns();
  const stopping = server.shutdown();
  await clock.advance(10);
  assertEquals(await stopping, { drained: 0, cut: 1 });
  await turns();
  assertEquals(errors.length, 1);
  const [error] = errors;
  assertInstanceOf(error, ClosedError);
  assertEquals([error.code, error.by], ["connection-cut", "local"]);
  assertEquals(error.message, "Cannot go on: the server's grace time is over");
  assertEquals([server.counts.failed, clock.pending], [0, 0]);
});

Deno.test("shutdown() aborts connection.signal, and its reason is no failure", async () => {
  const { server, listener, log } = served(async ({ signal }) => {
    await sleep(1e6, { clock: new FakeClock(), signal });
  });
  const client = listener.connect();
  await turns();
  client.finish();
  assertEquals(await server.shutdown(), { drained: 1, cut: 0 });
  assertEquals(log.events.map(({ type }) => type), ["opened", "closed"]);
});

Deno.test("shutdown() ends a handshake that is under way", async () => {
  const { server, listener, log } = served(echo);
  const client = Object.assign(new MemoryTransport(), {
    handshake: () => new Promise<void>(() => {}),
  });
  listener.connect(client);
  await turns();
  client.finish();
  assertEquals(await server.shutdown(), { drained: 1, cut: 0 });
  assertEquals(log.events.map(({ type }) => type), ["opened", "closed"]);
});

Deno.test("shutdown() returns the same counts when it is called twice", async () => {
  const { server, listener, clock } = served(hang);
  listener.connect();
  await turns();
  const both = [server.shutdown({ graceMs: 100 }), server.shutdown({ graceMs: 5000 })];
  await clock.advance(99);
  assertEquals(await stateOf(Promise.race(both)), "pending");
  await clock.advance(1);
  assertEquals(await Promise.all(both), [{ drained: 0, cut: 1 }, { drained: 0, cut: 1 }]);
  assertEquals(await server.shutdown(), { drained: 0, cut: 1 });
  assertEquals(clock.pending, 0);
});

Deno.test("shutdown() is hastened by a second call with a shorter grace", async () => {
  const { server, listener, clock } = served(hang);
  listener.connect();
  await turns();
  const first = server.shutdown({ graceMs: 60_000 });
  await clock.advance(1000);
  const second = server.shutdown({ graceMs: 50 });
  await clock.advance(49);
  assertEquals(await stateOf(first), "pending");
  await clock.advance(1);
  assertEquals([await first, await second], [{ drained: 0, cut: 1 }, { drained: 0, cut: 1 }]);
  assertEquals(clock.pending, 0);
});

Deno.test("shutdown() cuts at once when graceMs is 0, and never when it is Infinity", async () => {
  const now = served(hang);
  now.listener.connect();
  await turns();
  const cutting = now.server.shutdown({ graceMs: 0 });
  await now.clock.advance(0);
  assertEquals(await cutting, { drained: 0, cut: 1 });

  const { server, listener, clock } = served(hang, { deadlines: { graceMs: Infinity } });
  listener.connect();
  await turns();
  const waiting = server.shutdown();
  await clock.advance(1e9);
  assertEquals(await stateOf(waiting), "pending");
  const hastened = server.shutdown({ graceMs: 0 });
  await clock.advance(0);
  assertEquals([await waiting, await hastened].map(({ cut }) => cut), [1, 1]);
});

Deno.test("shutdown() ends the wait after a failed accept", async () => {
  const { server, listener, clock } = served(echo);
  listener.fail();
  await turns();
  assertEquals(clock.pending, 1);
  assertEquals(await server.shutdown(), { drained: 0, cut: 0 });
  await server.finished;
  assertEquals(clock.pending, 0);
});

Deno.test("await using shuts a server down", async () => {
  const { server, listener } = served(echo);
  const client = listener.connect();
  {
    await using _ = server;
    client.deliver("last\n");
    client.finish();
    await turns();
  }
  assertEquals([client.written, client.closed, listener.closed], ["last\n", true, true]);
});

Deno.test("options.signal shuts the server down, before or after it began", async () => {
  const before = served(echo, { signal: AbortSignal.abort() });
  await before.server.finished;
  assert(before.listener.closed);

  const controller = new AbortController();
  const { server, listener } = served(echo, { signal: controller.signal });
  const client = listener.connect();
  await turns();
  client.finish();
  controller.abort();
  await server.finished;
  assert(client.closed && listener.closed);
});

Deno.test("stopAccepting() lets the connections that stand go on", async () => {
  const { server, listener } = served(echo);
  const client = listener.connect();
  await turns();
  server.stopAccepting();
  server.stopAccepting();
  assert(listener.closed);
  client.deliver("still\n");
  await turns();
  assertEquals([client.written, await stateOf(server.finished)], ["still\n", "pending"]);
  client.finish();
  await server.finished;
  assertEquals(await server.shutdown(), { drained: 0, cut: 0 });
});

Deno.test("finished waits for the last connection, also when the server was without one before", async () => {
  const { server, listener } = served(echo);
  listener.connect().finish();
  await turns();
  assertEquals(server.connections.size, 0);
  const client = listener.connect();
  await turns();
  server.stopAccepting();
  assertEquals(await stateOf(server.finished), "pending");
  client.finish();
  await server.finished;
  assert(client.closed);
});

Deno.test("stopAccepting() closes a connection that was accepted at that moment", async () => {
  const { server, listener } = served(echo);
  await turns();
  const late = listener.connect();
  server.stopAccepting();
  await server.finished;
  assertEquals([late.closed, server.counts.accepted], [true, 0]);
});

Deno.test("shutdown() lets a handler send its last words", async () => {
  const handler = async (connection: Connection<string>) => {
    for await (const line of connection) await connection.send(line);
    await connection.send("the server stops");
  };
  const { server, listener } = served(handler);
  const client = listener.connect();
  client.deliver("a\n");
  await turns();
  const stopping = server.shutdown();
  await turns(POLL_TURNS + 4);
  assertEquals(client.written, "a\nthe server stops\n");
  client.finish();
  assertEquals(await stopping, { drained: 1, cut: 0 });
});

Deno.test("shutdown() waits for work that it was told of behind a cut, and the server is finished then", async () => {
  const work = Promise.withResolvers<void>();
  const { server, listener, clock } = served(hang);
  listener.connect();
  await turns();
  server.waitUntil(work.promise);
  server.waitUntil(Promise.resolve());
  const stopping = server.shutdown({ graceMs: 0 });
  await clock.advance(0);
  await turns();
  assertEquals([await stateOf(stopping), await stateOf(server.finished)], ["pending", "pending"]);
  work.reject(new Error("its handler hears of that"));
  assertEquals(await stopping, { drained: 0, cut: 1 });
  await server.finished;
  assertEquals(clock.pending, 0);
});

Deno.test("shutdown() waits 30 s for work that never ends, and no longer", async () => {
  const { server, clock } = served(echo);
  server.waitUntil(new Promise(() => {}));
  const stopping = server.shutdown();
  await clock.advance(29_999);
  assertEquals(await stateOf(stopping), "pending");
  await clock.advance(1);
  assertEquals(await stopping, { drained: 0, cut: 0 });
  await server.finished;
});

Deno.test("shutdown() waits for work that it is told of while it waits", async () => {
  const work = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const { server } = served(echo);
  server.waitUntil(work[0].promise.then(() => server.waitUntil(work[1].promise)));
  const stopping = server.shutdown();
  work[0].resolve();
  await turns();
  assertEquals(await stateOf(stopping), "pending");
  work[1].resolve();
  await stopping;
});

Deno.test("shutdown() tells who was cut when a longer grace time ends while it waits for work", async () => {
  const work = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const { server, listener, clock } = served(() => end.promise);
  listener.connect();
  await turns();
  server.waitUntil(work.promise);
  const both = [server.shutdown({ graceMs: 10 }), server.shutdown({ graceMs: 0 })];
  await clock.advance(0);
  end.resolve();
  await clock.advance(10);
  work.resolve();
  assertEquals(await Promise.all(both), [{ drained: 0, cut: 1 }, { drained: 0, cut: 1 }]);
});
