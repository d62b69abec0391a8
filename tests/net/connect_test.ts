import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { lines } from "../../codec/lines.ts";
import { connect } from "../../net/connect.ts";
import { Connection } from "../../net/connection.ts";
import { dial } from "../../net/dial.ts";
import { DeadlineError } from "../../net/errors.ts";
import { serve } from "../../net/serve.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { rejectionOf, turns } from "../../testing/turns.ts";

const CERT = new URL("testdata/cert.pem", import.meta.url);
const KEY = new URL("testdata/key.pem", import.meta.url);

Deno.test("connect() talks over TCP, and server.addr has a port", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serve(listener, { codec: lines() }, (connection) => connection.send("hi"));
  const { port } = server.addr;
  await using connection = await connect({ port, codec: lines() });
  assertEquals(await connection.receive(), "hi");
});

Deno.test("connect() talks over TLS when it trusts the server", async () => {
  const cert = await Deno.readTextFile(CERT);
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert,
    key: await Deno.readTextFile(KEY),
  });
  await using server = serve(listener, { codec: lines() }, (connection) => connection.send("hi"));
  const { port } = server.addr;
  const tls = { caCerts: [cert] };
  await using connection = await connect({ hostname: "localhost", port, tls, codec: lines() });
  assertEquals(await connection.receive(), "hi");
});

Deno.test("connect() talks over a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  {
    const listener = Deno.listen({ transport: "unix", path });
    await using _server = serve(
      listener,
      { codec: lines() },
      (connection) => connection.send("hi"),
    );
    await using connection = await connect({ path, codec: lines() });
    assertEquals(await connection.receive(), "hi");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("connect() refuses a call without a port or a path, and what is no codec", async () => {
  const text = "Cannot connect: give a port or a path, and not both";
  await assertRejects(() => connect({ codec: lines() }), TypeError, text);
  await assertRejects(() => connect({ port: 1, path: "x", codec: lines() }), TypeError, text);
  // As JavaScript may call it.
  const codec = lines as unknown as ReturnType<typeof lines>;
  assertThrows(
    () => void connect({ port: 1, codec }),
    TypeError,
    "Cannot use codec: it is the function lines; call it, as in lines()",
  );
});

Deno.test("dial() fails at connectMs, and closes a transport that comes too late", async () => {
  const clock = new FakeClock();
  const transport = new MemoryTransport();
  let arrive: ((transport: MemoryTransport) => void) | undefined;
  const dialling = rejectionOf(dial(
    () => new Promise<MemoryTransport>((resolve) => arrive = resolve),
    { codec: lines(), clock, deadlines: { connectMs: 100 } },
  ));
  await clock.advance(100);
  const error = await dialling;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["connect", 100]);
  arrive?.(transport);
  await turns();
  assert(transport.closed);
});

Deno.test("dial() fails at handshakeMs, and closes the transport", async () => {
  const clock = new FakeClock();
  const transport = new MemoryTransport();
  const shaking = Object.assign(transport, { handshake: () => new Promise<void>(() => {}) });
  const dialling = rejectionOf(
    dial(() => Promise.resolve(shaking), {
      codec: lines(),
      clock,
      deadlines: { handshakeMs: 100 },
    }),
  );
  await clock.advance(100);
  const error = await dialling;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["handshake", 100]);
  assert(transport.closed);
});

Deno.test("dial() ends with the reason of its signal, and releases a transport when options are wrong", async () => {
  const stop = new AbortController();
  const dialling = rejectionOf(
    dial(() => new Promise<MemoryTransport>(() => {}), { codec: lines(), signal: stop.signal }),
  );
  stop.abort(new Error("stop"));
  assertEquals(String(await dialling), "Error: stop");
  const transport = new MemoryTransport();
  const limits = { maxQueuedBytes: 0 };
  await assertRejects(
    () => dial(() => Promise.resolve(transport), { codec: lines(), limits }),
    RangeError,
  );
  assert(transport.closed);
});

/** What JavaScript may pass: the compiler would refuse each of them. */
const WRONG: readonly [name: string, call: () => unknown, text: string][] = [
  [
    "serve() with a function that makes codecs",
    () => serve(new MemoryListener(), js({ codec: lines }), () => {}),
    "Cannot use codec: it is the function lines; call it, as in lines()",
  ],
  ["serve() without a codec", () => serve(new MemoryListener(), js({}), () => {}), "no session()"],
  ["serve() without a listener", () => serve(js({}), { codec: lines() }, () => {}), "no accept()"],
  [
    "serve() with a limit of the codec",
    () =>
      serve(new MemoryListener(), js({ codec: lines(), limits: { maxLineBytes: 16 } }), () => {}),
    "Cannot set maxLineBytes: the limits of a server are maxQueuedBytes, maxConnections",
  ],
  [
    "serve() with a deadline that is none",
    () => serve(new MemoryListener(), js({ codec: lines(), deadlines: { idle: 5 } }), () => {}),
    "Cannot set idle: the deadlines of a server are idleMs, gapMs",
  ],
  [
    "a connection with a limit of a server",
    () => new Connection(new MemoryTransport(), lines(), js({ limits: { maxConnections: 1 } })),
    "Cannot set maxConnections: the limits of a connection are maxQueuedBytes",
  ],
  [
    "a connection with a deadline that is none",
    () => new Connection(new MemoryTransport(), lines(), js({ deadlines: { idle: 1 } })),
    "Cannot set idle: the deadlines are connectMs",
  ],
  ["a connection without a transport", () => new Connection(js({}), lines()), "no read()"],
  [
    "a connection with deadlines that are a number",
    () => new Connection(new MemoryTransport(), lines(), js({ deadlines: 5 })),
    "Cannot set deadlines: 5 is no object",
  ],
];

function js(value: unknown): never {
  // The point is to pass what the types refuse.
  return value as never;
}

for (const [name, call, text] of WRONG) {
  Deno.test(`${name} is refused by name`, () => {
    assertThrows(call, TypeError, text);
  });
}
