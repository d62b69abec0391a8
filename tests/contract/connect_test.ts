import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, codeOf, reasonOf } from "./failing.ts";
import { LOCALHOST, tcpPair } from "./pairs.ts";
import { silentListener } from "./silent_listener.ts";
import { freePort } from "./free_port.ts";
import { turns } from "./waiting.ts";

Deno.test("Deno.connect() knows both addresses, and the peer knows them the other way round", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  using near = await Deno.connect({ hostname: LOCALHOST, port });
  using far = await listener.accept();
  assertEquals(near.remoteAddr, { transport: "tcp", hostname: LOCALHOST, port });
  assertEquals([near.localAddr.transport, near.localAddr.hostname], ["tcp", LOCALHOST]);
  assert(near.localAddr.port > 0);
  assertEquals(far.localAddr, near.remoteAddr);
  assertEquals(far.remoteAddr, near.localAddr);
});

Deno.test("Deno.connect() connects to 127.0.0.1 when no hostname is given", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  using near = await Deno.connect({ port: listener.addr.port });
  using _far = await listener.accept();
  assertEquals(near.remoteAddr.hostname, LOCALHOST);
});

Deno.test("Deno.connect() looks a name up", async () => {
  using listener = Deno.listen({ hostname: "localhost", port: 0 });
  const { port } = listener.addr;
  using near = await Deno.connect({ hostname: "localhost", port });
  using _far = await listener.accept();
  assertEquals(near.remoteAddr.port, port);
});

Deno.test("Deno.connect() connects before anybody accepts, and may write at once", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
  await writeAll(near, utf8("early"));
  using far = await listener.accept();
  assertEquals(text(await readExactly(far, 5)), "early");
});

Deno.test("Deno.connect() rejects with ConnectionRefused when nobody listens", async () => {
  const error = await assertFails(
    Deno.connect({ hostname: LOCALHOST, port: freePort() }),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(codeOf(error), "ECONNREFUSED");
});

Deno.test("Deno.connect() rejects each of many calls when nobody listens", async () => {
  const port = freePort();
  const calls = Array.from({ length: 50 }, () => Deno.connect({ hostname: LOCALHOST, port }));
  for (const call of calls) await assertFails(call, Deno.errors.ConnectionRefused);
});

Deno.test("Deno.connect() rejects with ConnectionRefused when the listener was closed", async () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  using _near = await Deno.connect({ hostname, port });
  using _far = await listener.accept();
  listener.close();
  await assertFails(Deno.connect({ hostname, port }), Deno.errors.ConnectionRefused);
});

for (const port of [-1, 0, 65_536, 70_000]) {
  Deno.test(`Deno.connect() rejects with RangeError when the port is ${port}`, async () => {
    await assertFails(Deno.connect({ hostname: LOCALHOST, port }), RangeError);
  });
}

for (const port of [1.5, NaN]) {
  Deno.test(`Deno.connect() rejects with TypeError when the port is ${port}`, async () => {
    await assertFails(Deno.connect({ hostname: LOCALHOST, port }), TypeError);
  });
}

Deno.test("Deno.connect() rejects with a plain Error when the name does not exist", async () => {
  const error = await assertFails(Deno.connect({ hostname: "nowhere.invalid", port: 9 }), Error);
  assertEquals(Object.values(Deno.errors).filter((known) => error instanceof known), []);
});

Deno.test("Deno.connect() rejects with the reason itself when the signal is aborted already", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  for (const reason of [new Error("mine"), { any: "value" }, "text"]) {
    const signal = AbortSignal.abort(reason);
    assertStrictEquals(await reasonOf(Deno.connect({ hostname, port, signal })), reason);
  }
});

Deno.test("Deno.connect() rejects with AbortError when it is aborted without a reason", async () => {
  const signal = AbortSignal.abort();
  const reason = await reasonOf(Deno.connect({ hostname: LOCALHOST, port: 9, signal }));
  assertStrictEquals(reason, signal.reason);
  assertInstanceOf(reason, DOMException);
  assertEquals(reason.name, "AbortError");
});

Deno.test("Deno.connect() rejects with the reason itself when it is aborted while nobody answers", async () => {
  await using silent = await silentListener();
  const { port } = silent;
  const giveUp = new AbortController();
  const connecting = Deno.connect({ hostname: LOCALHOST, port, signal: giveUp.signal });
  const reason = new Error("waited long enough");
  await turns(5);
  giveUp.abort(reason);
  assertStrictEquals(await reasonOf(connecting), reason);
});

Deno.test("Deno.connect() rejects with TimeoutError when a timeout signal passes while nobody answers", async () => {
  await using silent = await silentListener();
  const signal = AbortSignal.timeout(20);
  const reason = await reasonOf(Deno.connect({ hostname: LOCALHOST, port: silent.port, signal }));
  assertStrictEquals(reason, signal.reason);
  assertInstanceOf(reason, DOMException);
  assertEquals(reason.name, "TimeoutError");
});

Deno.test("Deno.connect() gives up all calls with one signal, and no other one", async () => {
  await using silent = await silentListener();
  const { port } = silent;
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const [giveUp, other] = [new AbortController(), new AbortController()];
  const connectTo = (signal: AbortSignal, to: number) =>
    Deno.connect({ hostname: LOCALHOST, port: to, signal });
  const given = [1, 2, 3].map(() => reasonOf(connectTo(giveUp.signal, port)));
  const kept = reasonOf(connectTo(other.signal, port));
  giveUp.abort("all three");
  assertEquals(await Promise.all(given), ["all three", "all three", "all three"]);
  using _near = await connectTo(other.signal, listener.addr.port);
  using _far = await listener.accept();
  other.abort("the last one");
  assertEquals(await kept, "the last one");
});

Deno.test("Deno.connect() leaves the connection alone when its signal is aborted later", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const giveUp = new AbortController();
  const { hostname, port } = listener.addr;
  using near = await Deno.connect({ hostname, port, signal: giveUp.signal });
  using far = await listener.accept();
  const reading = readExactly(near, 5);
  giveUp.abort();
  await turns(5);
  await writeAll(far, utf8("still"));
  assertEquals(text(await reading), "still");
});

Deno.test("TcpConn has ref(), unref(), setNoDelay() and setKeepAlive() while it is open", async () => {
  using pair = await tcpPair();
  for (const conn of [pair.near, pair.far]) {
    conn.unref();
    conn.ref();
    for (const on of [true, false]) {
      conn.setNoDelay(on);
      conn.setKeepAlive(on);
    }
    conn.setNoDelay();
    conn.setKeepAlive();
  }
});
