import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import {
  ClosedError,
  Connection,
  DeadlineError,
  fixed,
  type Handler,
  LimitError,
  lines,
  type Listener,
  serve,
  type ServeOptions,
  type Server,
} from "../../mod.ts";
import { connect } from "node:net";
import { LARGE_BYTES, SMALL_BYTES } from "../../net/buffers.ts";
import { runChild } from "./child.ts";
import { EventLog } from "./event_log.ts";
import { FakeClock } from "../../testing/fake_clock.ts";

const testdata = new URL("./testdata/", import.meta.url);
const cert = Deno.readTextFileSync(new URL("cert.pem", testdata));
const key = Deno.readTextFileSync(new URL("key.pem", testdata));

interface Served extends AsyncDisposable {
  server: Server<string>;
  log: EventLog;
  hostname: string;
  port: number;
}

const echo: Handler<string> = async (connection) => {
  for await (const line of connection) await connection.send(line);
};

/** Serves a real socket; at the end of the test everything is over. */
function served(
  { listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), handler = echo, ...options }:
    & Partial<ServeOptions<string>>
    & { listener?: Listener & { readonly addr: Deno.NetAddr }; handler?: Handler<string> } = {},
): Served {
  const { hostname, port } = listener.addr;
  const log = new EventLog();
  const server = serve(listener, { codec: lines(), onEvent: log.onEvent, ...options }, handler);
  return {
    server,
    log,
    hostname,
    port,
    async [Symbol.asyncDispose]() {
      await server.shutdown({ graceMs: 0 });
      await server.finished;
    },
  };
}

/** Reads to the end, as text. */
async function readAll(conn: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const into = new Uint8Array(4096);
  let text = "";
  for (let count; (count = await conn.read(into)) !== null;) {
    text += decoder.decode(into.subarray(0, count), { stream: true });
  }
  return text;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

Deno.test("serve() serves many clients at once over TCP", async () => {
  await using one = served();
  const { hostname, port } = one;
  const talk = async (id: number) => {
    await using client = new Connection(await Deno.connect({ hostname, port }), lines());
    const sent = Array.from({ length: 20 }, (_, index) => `client ${id} line ${index}`);
    for (const line of sent) await client.send(line);
    await client.closeWrite();
    assertEquals(await Array.fromAsync(client), sent);
  };
  await Promise.all(Array.from({ length: 50 }, (_, id) => talk(id)));
  await one.log.waitFor("closed", 50);
  assertEquals(one.server.counts, {
    accepted: 50,
    refused: 0,
    failed: 0,
    lost: 0,
    acceptFailed: 0,
  });
});

Deno.test("serve() answers a client that has finished sending, and one that sends byte by byte", async () => {
  await using one = served();
  using conn = await Deno.connect(one);
  conn.setNoDelay(true);
  for (const byte of new TextEncoder().encode("grüße\nlast")) {
    await conn.write(new Uint8Array([byte]));
  }
  await conn.closeWrite();
  assertEquals(await readAll(conn), "grüße\nlast\n");
});

Deno.test("serve() outlives a client that resets", async () => {
  await using one = served();
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  // Deno's own close says FIN before the reset, so that the server would see a plain end.
  const rude = connect(one.port, one.hostname, resolve);
  await Promise.all([connected, one.log.waitFor("opened")]);
  const polite = await Deno.connect(one);
  rude.resetAndDestroy();
  const { error, id } = await one.log.waitFor("failed");
  assertInstanceOf(error, ClosedError);
  assertEquals([id, error.code, error.by], [0, "connection-reset", "peer"]);
  await writeAll(polite, new TextEncoder().encode("still there?\n"));
  await polite.closeWrite();
  assertEquals(await readAll(polite), "still there?\n");
  polite.close();
});

Deno.test("serve() outlives a client that hangs up without reading its answers", async () => {
  await using one = served({
    handler: async (connection) => {
      for (let count = 0; count < 20; count++) await connection.send("x".repeat(4999));
      await echo(connection);
    },
  });
  using rude = await Deno.connect(one);
  await rude.read(new Uint8Array(1));
  rude.close();
  await one.log.waitFor("closed");
  using polite = await Deno.connect(one);
  await polite.closeWrite();
  assertEquals((await readAll(polite)).length, 100_000);
});

Deno.test("serve() cuts off a client that sends ten megabytes without an ending", async () => {
  let received = -1;
  await using one = served({
    deadlines: { drainMs: Infinity },
    handler: async (connection) => {
      try {
        await connection.receive();
      } catch (error) {
        received = connection.bytesReceived;
        await connection.send("417 line too long");
        throw error;
      }
    },
  });
  const conn = await Deno.connect(one);
  const writing = writeAll(conn, new Uint8Array(10 * 1024 * 1024).fill(97)).catch(() => {});
  const { error } = await one.log.waitFor("failed");
  assertInstanceOf(error, LimitError);
  assertEquals([error.limit, error.max], ["maxLineBytes", 8192]);
  // One small read and one large one at most were needed to see it.
  assertLess(received, SMALL_BYTES + LARGE_BYTES + 1);
  await writing;
  await conn.closeWrite().catch(() => {});
  assertEquals(await readAll(conn), "417 line too long\n");
  conn.close();
});

Deno.test("serve() cuts off a client that stops reading", async () => {
  const clock = new FakeClock();
  const log = new EventLog();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const bytes = 64 * 1024 * 1024;
  const options = { codec: fixed(bytes), clock, deadlines: { writeMs: 500 }, onEvent: log.onEvent };
  const server = serve(listener, options, async (connection) => {
    await connection.send(new Uint8Array(bytes));
  });
  const { hostname, port } = listener.addr;
  using _conn = await Deno.connect({ hostname, port });
  await log.waitFor("opened");
  // How much the system takes before it is full is its affair; then no byte passes for as long as one likes.
  while (server.counts.failed === 0) await clock.advance(500);
  const { error } = await log.waitFor("failed");
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["write", 500]);
  await server.shutdown();
});

Deno.test("serve() drains over TCP: what has arrived is answered, and the client hears the end", async () => {
  await using one = served();
  await using client = new Connection(await Deno.connect(one), lines());
  await client.send("one");
  assertEquals(await client.receive(), "one");
  const stopping = one.server.shutdown();
  assertEquals(await client.receive(), undefined);
  await client.close();
  assertEquals(await stopping, { drained: 1, cut: 0 });
});

Deno.test("serve() frees its port when it has shut down", async () => {
  const one = served();
  await one.server.shutdown();
  await using again = served({ listener: Deno.listen(one) });
  assertEquals(again.port, one.port);
});

Deno.test("serve() turns away over TCP with a word", async () => {
  const clock = new FakeClock();
  await using one = served({ limits: { maxConnections: 1 }, refusal: () => "too many", clock });
  await using _first = new Connection(await Deno.connect(one), lines());
  using second = await Deno.connect(one);
  // The second one talks at once, which must not turn the word into a reset.
  await second.write(new TextEncoder().encode("hello?\n"));
  assertEquals(await readAll(second), "too many\n");
});

Deno.test("serve() works the same over TLS", async () => {
  await using one = served({
    listener: Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }),
  });
  const connectTls = () =>
    Deno.connectTls({ hostname: "127.0.0.1", port: one.port, caCerts: [cert] });
  {
    await using client = new Connection(await connectTls(), lines());
    await client.send("secret");
    assertEquals(await client.receive(), "secret");
    await client.closeWrite();
    assertEquals(await client.receive(), undefined);
  }
  await one.log.waitFor("closed");
  assertEquals(one.server.counts, { accepted: 1, refused: 0, failed: 0, lost: 0, acceptFailed: 0 });

  await using client = new Connection(await connectTls(), lines());
  await client.send("more");
  assertEquals(await client.receive(), "more");
  const stopping = one.server.shutdown();
  assertEquals(await client.receive(), undefined);
  await client.close();
  assertEquals(await stopping, { drained: 1, cut: 0 });
});

Deno.test("serve() outlives TLS clients that say nothing or something else", async () => {
  const clock = new FakeClock();
  await using one = served({
    listener: Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }),
    deadlines: { handshakeMs: 300 },
    clock,
  });
  using mute = await Deno.connect(one);
  await one.log.waitFor("opened");
  await clock.advance(299);
  assertEquals(one.server.counts.failed, 0);
  await clock.advance(1);
  const late = await one.log.waitFor("failed");
  assertInstanceOf(late.error, DeadlineError);
  assertEquals(late.error.phase, "handshake");
  await one.log.waitFor("closed");
  // The kernel's close does not reach the client: Deno keeps the socket of an unfinished handshake until the client goes.
  mute.close();

  using plain = await Deno.connect(one);
  await writeAll(plain, new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  const { error, id } = await one.log.waitFor("failed", 2);
  assertEquals(id, 1);
  assert(error instanceof Error);
  plain.close();
  await one.log.waitFor("closed", 2);
  assertEquals(one.server.connections.size, 0);
});

Deno.test("serve() works the same over a Unix socket", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/s`;
  try {
    const flags = [`--allow-net=unix:${path}`, `--allow-read=${path}`, `--allow-write=${path}`];
    const { code, stdout, stderr } = await runChild("unix.ts", { flags, args: [path] });
    const expected = '#0 unix connected\nOVER A FILE\n#0 unix closed\n{"drained":0,"cut":0}\n';
    assertEquals([code, stdout, stderr], [0, expected, ""]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
