import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertFails, assertThrown, codeOf } from "./failing.ts";
import { LOCALHOST } from "./pairs.ts";
import { ipv6 } from "./runtime.ts";

// Of TEST-NET-2: nobody's own address.
const NOT_OURS = "198.51.100.77";

Deno.test("Deno.listen() reports the real port when port 0 was asked for", () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { transport, hostname, port } = listener.addr;
  assertEquals([transport, hostname], ["tcp", LOCALHOST]);
  assert(port > 0 && port < 65_536);
});

Deno.test("Deno.listen() takes another port each time when port 0 was asked for", () => {
  using one = Deno.listen({ hostname: LOCALHOST, port: 0 });
  using other = Deno.listen({ hostname: LOCALHOST, port: 0 });
  assertNotEquals(one.addr.port, other.addr.port);
});

Deno.test("Deno.listen() listens on every address when no hostname is given", () => {
  using listener = Deno.listen({ port: 0 });
  assertEquals(listener.addr.hostname, "0.0.0.0");
});

Deno.test("Deno.listen() reports the address of a name", () => {
  using listener = Deno.listen({ hostname: "localhost", port: 0 });
  assert(["127.0.0.1", "::1"].includes(listener.addr.hostname));
});

Deno.test({
  name: "Deno.listen() listens on IPv6 when hostname is ::1",
  ignore: !ipv6,
  fn: async () => {
    using listener = Deno.listen({ hostname: "::1", port: 0 });
    assertEquals(listener.addr.hostname, "::1");
    const { port } = listener.addr;
    using near = await Deno.connect({ hostname: "::1", port });
    using far = await listener.accept();
    assertEquals(near.remoteAddr, { transport: "tcp", hostname: "::1", port });
    assertEquals(far.remoteAddr, near.localAddr);
  },
});

Deno.test({
  name: "Deno.listen() hears IPv4 too when hostname is ::",
  ignore: !ipv6,
  fn: async () => {
    using listener = Deno.listen({ hostname: "::", port: 0 });
    assertEquals(listener.addr.hostname, "::");
    using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
    using far = await listener.accept();
    assertEquals(near.remoteAddr.hostname, LOCALHOST);
    assertEquals(far.remoteAddr.hostname, `::ffff:${LOCALHOST}`);
  },
});

Deno.test("Deno.listen() throws AddrInUse at once when the port is taken", () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  const error = assertThrown(() => Deno.listen({ hostname, port }), Deno.errors.AddrInUse);
  assertEquals(codeOf(error), "EADDRINUSE");
});

Deno.test("Deno.listen() throws AddrInUse when one of all addresses is taken", () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  assertThrown(() => Deno.listen({ hostname: "0.0.0.0", port }), Deno.errors.AddrInUse);
});

Deno.test("Deno.listen() throws AddrNotAvailable when the address is another machine's", () => {
  const error = assertThrown(
    () => Deno.listen({ hostname: NOT_OURS, port: 0 }),
    Deno.errors.AddrNotAvailable,
  );
  assertEquals(codeOf(error), "EADDRNOTAVAIL");
});

for (const port of [-1, 65_536, 70_000]) {
  Deno.test(`Deno.listen() throws RangeError when the port is ${port}`, () => {
    assertThrown(() => Deno.listen({ hostname: LOCALHOST, port }), RangeError);
  });
}

for (const port of [1.5, NaN]) {
  Deno.test(`Deno.listen() throws TypeError when the port is ${port}`, () => {
    assertThrown(() => Deno.listen({ hostname: LOCALHOST, port }), TypeError);
  });
}

Deno.test("Listener.close() frees the port at once when nobody waits for a connection", () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  listener.close();
  using again = Deno.listen({ hostname, port });
  assertEquals(again.addr.port, port);
});

Deno.test("Listener.close() frees the port when the pending accept() has been told", async () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  const accepting = listener.accept();
  listener.close();
  await assertFails(accepting, Deno.errors.BadResource);
  using again = Deno.listen({ hostname, port });
  assertEquals(again.addr.port, port);
});

Deno.test("Listener.close() frees the port when connections of it are open", async () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  using near = await Deno.connect({ hostname, port });
  using far = await listener.accept();
  listener.close();
  using again = Deno.listen({ hostname, port });
  assertEquals([far.localAddr.port, near.remoteAddr.port], [again.addr.port, port]);
});

Deno.test("Listener.close() frees the port when a connection of it was closed here first", async () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { hostname, port } = listener.addr;
  using near = await Deno.connect({ hostname, port });
  const far = await listener.accept();
  listener.close();
  far.close();
  assertEquals(await near.read(new Uint8Array(1)), null);
  near.close();
  // Its last state is TIME_WAIT, which only an address that may be used again gets past.
  using again = Deno.listen({ hostname, port });
  assertEquals(again.addr.port, port);
});

Deno.test("Listener.close() throws BadResource when it was closed before", () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  listener.close();
  assertThrown(() => listener.close(), Deno.errors.BadResource);
});

Deno.test("Listener[Symbol.dispose]() is silent when it was closed before", () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  listener.close();
  listener[Symbol.dispose]();
  listener[Symbol.dispose]();
});

Deno.test("Listener.addr, ref() and unref() work when it is closed", () => {
  const listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  listener.unref();
  listener.ref();
  listener.close();
  listener.unref();
  listener.ref();
  assertEquals(listener.addr, { transport: "tcp", hostname: LOCALHOST, port });
});
