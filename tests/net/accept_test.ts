import { assert, assertEquals, assertLess } from "@std/assert";
import { lines, type Listener, serve, type Server, type Transport } from "../../mod.ts";
import { acceptFailureOf } from "../../net/accept_failure.ts";
import type { ServerEvent } from "../../net/server_events.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { turns } from "../../testing/turns.ts";

interface Served {
  server: Server<string>;
  clock: FakeClock;
  events: ServerEvent[];
}

function served(listener: Listener): Served {
  const clock = new FakeClock();
  const events: ServerEvent[] = [];
  const onEvent = (event: ServerEvent) => void events.push(event);
  const server = serve(listener, { codec: lines(), clock, onEvent }, async (connection) => {
    for await (const line of connection) await connection.send(line);
  });
  return { server, clock, events };
}

function withCode(code: string, message = "something (os error 1)"): Error {
  return Object.assign(new Error(message), { code });
}

/** A listener whose every accept fails at once. */
class FailingListener extends MemoryListener {
  constructor(readonly error: Error) {
    super();
  }

  override accept(): Promise<Transport> {
    if (this.closed) return super.accept();
    this.accepts++;
    return Promise.reject(this.error);
  }
}

Deno.test("acceptFailureOf() knows dead connections, a want of the system, and the end of a listener", () => {
  const { errors } = Deno;
  const kinds = (...given: unknown[]) => [...new Set(given.map(acceptFailureOf))];
  const lost = ["ENOTCONN", "ECONNABORTED", "ECONNRESET", "EINVAL", "EPROTO", "ENETUNREACH"];
  assertEquals(kinds(...lost.map((code) => withCode(code))), ["lost"]);
  assertEquals(
    kinds(new errors.NotConnected(), new errors.ConnectionAborted(), new errors.ConnectionReset()),
    ["lost"],
  );
  assertEquals(kinds(new errors.BrokenPipe(), new errors.UnexpectedEof()), ["lost"]);
  const scarce = ["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"];
  assertEquals(kinds(...scarce.map((code) => withCode(code))), ["scarce"]);
  assertEquals(kinds(...scarce.map((code) => new Error(code))), ["scarce"]);
  assertEquals(kinds(new Error("Too many open files (os error 24)")), ["scarce"]);
  assertEquals(kinds(new errors.BadResource("Listener has been closed")), ["closed"]);
  assertEquals(
    kinds(new errors.Busy(), new Error("x"), withCode("EIO"), new TypeError("EMFILED"), "EMFILE"),
    ["unknown"],
  );
});

Deno.test("serve() counts connections that died before they were accepted, and nobody waits for them", async () => {
  const listener = new MemoryListener();
  const { server, clock, events } = served(listener);
  for (let count = 0; count < 1000; count++) {
    listener.fail(new Deno.errors.NotConnected("Transport endpoint is not connected"));
  }
  const client = listener.connect();
  client.deliver("still there?\n");
  while (client.written === "") await turns(1);
  assertEquals(client.written, "still there?\n");
  assertEquals(server.counts, { accepted: 1, refused: 0, failed: 0, lost: 1000, acceptFailed: 0 });
  assertEquals(events.map(({ type }) => type), ["opened"]);
  assertEquals(clock.now(), 0);
  client.finish();
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("serve() lets timers and its connections have their turn while connections die without end", async () => {
  const listener = new FailingListener(new Deno.errors.NotConnected());
  const { server } = served(listener);
  await new Promise<void>((resolve) => void setTimeout(resolve, 0));
  await turns();
  assert(server.counts.lost > 0);
  assertEquals(server.counts.lost % 16, 0);
  assertEquals(await server.shutdown(), { drained: 0, cut: 0 });
  await server.finished;
});

Deno.test("serve() tries again at once after failures that nobody knows, but no more than 20 a second", async () => {
  const listener = new FailingListener(new Error("a wrapped listener's own failure"));
  const { server, clock, events } = served(listener);
  await turns(20);
  assertEquals(listener.accepts, 21);
  const waits = events.map((event) => event.type === "accept-failed" ? event.retryMs : -1);
  assertEquals(waits, [...Array(20).fill(0), 50]);
  await clock.advance(1000);
  assertLess(listener.accepts, 43);
  assertEquals(server.counts.acceptFailed, listener.accepts);
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("serve() serves the next client at once after a failure that nobody knows", async () => {
  const listener = new MemoryListener();
  const { server, clock } = served(listener);
  for (let count = 0; count < 20; count++) listener.fail(new Error("no code"));
  const client = listener.connect();
  client.deliver("hello\n");
  await turns(8);
  assertEquals([client.written, clock.now(), server.counts.acceptFailed], ["hello\n", 0, 20]);
  client.finish();
  await server.shutdown();
});

Deno.test("serve() counts a peer that is gone before its address can be asked as lost, and closes its transport", async () => {
  const listener = new MemoryListener();
  const { server, events } = served(listener);
  const gone = listener.connect();
  Object.defineProperty(gone, "remoteAddr", {
    get() {
      throw new Deno.errors.NotConnected();
    },
  });
  await turns();
  assert(gone.closed);
  assertEquals(server.counts, { accepted: 0, refused: 0, failed: 0, lost: 1, acceptFailed: 0 });
  assertEquals(events, []);
  await server.shutdown();
});
