import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { lines } from "../../codec/lines.ts";
import { connect } from "../../net/connect.ts";
import { dial } from "../../net/dial.ts";
import { DeadlineError } from "../../net/errors.ts";
import type { Transport } from "../../net/transport.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { rejectionOf, stateOf, turns } from "../../testing/turns.ts";
import { onNode } from "../runtime.ts";

const PEER = { transport: "tcp", hostname: "127.0.0.1", port: 443 } as const;

const PLAIN = { hostname: "127.0.0.1", port: 0 };

/** A transport that shakes hands when the test lets it, and counts how often it is closed. */
class Shaking extends MemoryTransport {
  closes = 0;
  shakes = 0;
  readonly hands = Promise.withResolvers<void>();

  constructor() {
    super();
    this.hands.promise.catch(() => {});
  }

  handshake(): Promise<void> {
    this.shakes++;
    return this.hands.promise;
  }

  override close(): void {
    this.closes++;
    super.close();
    // As a socket does it.
    this.hands.reject(new Deno.errors.BadResource("Bad resource ID"));
  }

  /** As the connections of Deno have it. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens a transport that takes `ms` to come. */
function opening(clock: FakeClock, { transport, ms }: { transport: Transport; ms: number }) {
  return () => new Promise<Transport>((resolve) => void clock.wait(ms, () => resolve(transport)));
}

Deno.test("connectMs bounds the handshake as well, from the beginning", async () => {
  const clock = new FakeClock();
  const transport = new Shaking();
  const dialling = rejectionOf(dial(opening(clock, { transport, ms: 60 }), {
    codec: lines(),
    clock,
    peer: PEER,
    deadlines: { connectMs: 100, handshakeMs: 90 },
  }));
  await clock.advance(99);
  assertEquals([await stateOf(dialling), transport.shakes, transport.closes], ["pending", 1, 0]);
  await clock.advance(1);
  const error = await dialling;
  assertInstanceOf(error, DeadlineError);
  assertEquals(
    error.message,
    "Cannot connect to 127.0.0.1:443: no answer came within 100 ms (connect deadline)",
  );
  await turns();
  assertEquals([transport.closes, clock.pending], [1, 0]);
});

Deno.test("handshakeMs bounds the handshake within connectMs", async () => {
  const clock = new FakeClock();
  const transport = new Shaking();
  const dialling = rejectionOf(dial(opening(clock, { transport, ms: 30 }), {
    codec: lines(),
    clock,
    deadlines: { connectMs: 100, handshakeMs: 50 },
  }));
  await clock.advance(79);
  assertEquals(await stateOf(dialling), "pending");
  await clock.advance(1);
  const error = await dialling;
  assertInstanceOf(error, DeadlineError);
  assertEquals(
    error.message,
    "Cannot finish the handshake with 127.0.0.1:2: the peer did not do its part within 50 ms " +
      "(handshake deadline)",
  );
  await turns();
  assertEquals([transport.closes, clock.pending], [1, 0]);
});

Deno.test("dial() is done, with no timer left, when the handshake is in time", async () => {
  const clock = new FakeClock();
  const transport = new Shaking();
  const dialling = dial(opening(clock, { transport, ms: 60 }), {
    codec: lines(),
    clock,
    deadlines: { connectMs: 100, handshakeMs: 100, idleMs: Infinity },
  });
  await clock.advance(90);
  transport.hands.resolve();
  using connection = await dialling;
  await clock.advance(1_000);
  assertEquals([connection.closed, transport.closes, clock.pending], [false, 0, 0]);
});

Deno.test("dial() closes a transport whose handshake fails, and passes its error on", async () => {
  const transport = new Shaking();
  const refused = new Deno.errors.InvalidData("invalid peer certificate: UnknownIssuer");
  transport.hands.reject(refused);
  const clock = new FakeClock();
  const options = { codec: lines(), clock };
  assertEquals(await rejectionOf(dial(() => Promise.resolve(transport), options)), refused);
  assertEquals([transport.closes, clock.pending], [1, 0]);
});

for (const late of ["is closed once", "fails to close"]) {
  Deno.test(`dial() is no unhandled rejection when what comes too late ${late}`, async () => {
    const clock = new FakeClock();
    const transport = new Shaking();
    if (late === "fails to close") transport.closed = true;
    const dialling = rejectionOf(dial(opening(clock, { transport, ms: 150 }), {
      codec: lines(),
      clock,
      deadlines: { connectMs: 100 },
    }));
    await clock.advance(200);
    assertInstanceOf(await dialling, DeadlineError);
    assertEquals([transport.closes, transport.shakes], [1, 0]);
  });
}

Deno.test("dial() passes on why it failed when the transport cannot be closed", async () => {
  const transport = new Shaking();
  transport.closed = true;
  const failed = new Error("the handshake's own");
  transport.hands.reject(failed);
  const dialling = dial(() => Promise.resolve(transport), { codec: lines() });
  assertEquals(await rejectionOf(dialling), failed);
  // As JavaScript may call it.
  const none = dial(() => Promise.resolve({} as Transport), { codec: lines() });
  await assertRejects(() => none, TypeError, "no read()");
});

Deno.test("dial() ends the handshake when its signal is aborted", async () => {
  const clock = new FakeClock();
  const transport = new Shaking();
  const stop = new AbortController();
  const { signal } = stop;
  const dialling = rejectionOf(
    dial(() => Promise.resolve(transport), { codec: lines(), clock, signal }),
  );
  await turns();
  const reason = new Error("stop");
  stop.abort(reason);
  assertEquals(await dialling, reason);
  await turns();
  assertEquals([transport.closes, clock.pending], [1, 0]);
});

Deno.test("dial() opens nothing when a deadline is none or an option has no name", async () => {
  const open = () => Promise.reject(new Error("Not to be called"));
  for (const name of ["connectMs", "handshakeMs"]) {
    const dialling = dial(open, { codec: lines(), deadlines: { [name]: 0 } });
    await assertRejects(() => dialling, RangeError, `Cannot set ${name}: 0 `);
  }
  // As JavaScript may call it.
  const options = { codec: lines(), timeout: 5 } as { codec: ReturnType<typeof lines> };
  await assertRejects(
    () => dial(open, options),
    TypeError,
    "Cannot set timeout: the options of dial() are codec, id,",
  );
});

Deno.test("dial() takes the options of connect() that a program passes on", async () => {
  const given = { hostname: "127.0.0.1", port: 1, path: "p", tls: {}, id: 7, codec: lines() };
  using connection = await dial(() => Promise.resolve(new MemoryTransport()), given);
  assertEquals(connection.id, 7);
});

Deno.test("connect() refuses an option that nobody looks at", () => {
  for (const wrong of [{ timeout: 5 }, { connectMs: 5 }, { peer: PEER }, { host: "x" }]) {
    const [name] = Object.keys(wrong);
    // As JavaScript may call it.
    const options: { codec: ReturnType<typeof lines> } = Object.assign(
      { port: 1, codec: lines() },
      wrong,
    );
    assertThrows(
      () => void connect(options),
      TypeError,
      `Cannot set ${name}: the options of connect() are codec, id, `,
    );
  }
});

/** Whom to trust makes no difference here: nobody shakes hands. */
for (const tls of [true, { alpnProtocols: ["h2"] }]) {
  Deno.test(`connectMs ends a call over TLS to a listener that says nothing, with ${JSON.stringify(tls)}`, async () => {
    using listener = Deno.listen(PLAIN);
    const { port } = listener.addr;
    const clock = new FakeClock();
    const calling = rejectionOf(
      connect({ port, tls, codec: lines(), clock, deadlines: { connectMs: 1_000 } }),
    );
    using peer = await listener.accept();
    const hello = await peer.read(new Uint8Array(4096));
    assert(hello !== null && hello > 0);
    await clock.advance(999);
    assertEquals(await stateOf(calling), "pending");
    await clock.advance(1);
    const error = await calling;
    assertEquals(
      String(error),
      `DeadlineError: Cannot connect to 127.0.0.1:${port}: no answer came within 1000 ms ` +
        "(connect deadline)",
    );
    assertEquals(clock.pending, 0);
    // Deno has closed it too, but its TLS lets go of the socket only when the peer does.
    if (onNode) assertEquals(await peer.read(new Uint8Array(4096)).catch(() => null), null);
  });
}

Deno.test("a deadline that passes before the handshake says whom it waited for", async () => {
  const clock = new FakeClock();
  const path = "a\npath";
  const peer = { transport: "unix", path } as const;
  const dialling = rejectionOf(
    dial(() => new Promise(() => {}), { codec: lines(), clock, peer }),
  );
  await clock.advance(10_000);
  const error = await dialling;
  assertInstanceOf(error, DeadlineError);
  assertEquals(error.peer, peer);
  assertEquals(
    error.message,
    "Cannot connect to a\\npath: no answer came within 10000 ms (connect deadline)",
  );
});

Deno.test({
  name:
    "connect() closes what it opened when the name is none for TLS (needs a TLS that looks at names)",
  ignore: onNode,
  async fn() {
    using listener = Deno.listen(PLAIN);
    const { port } = listener.addr;
    // For the system it is an address; for TLS it is neither an address nor a name.
    const calling = rejectionOf(connect({ hostname: "127.1", port, tls: true, codec: lines() }));
    using peer = await listener.accept();
    assertEquals(await peer.read(new Uint8Array(1)), null);
    assertInstanceOf(await calling, TypeError);
  },
});
