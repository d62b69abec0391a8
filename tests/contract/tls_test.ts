import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { assertBytes, pattern, readAll, readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, assertThrown, codeOf, reasonOf } from "./failing.ts";
import { LOCALHOST } from "./pairs.ts";
import { caCerts, listenTls, relayedPair, tlsPair } from "./tls.ts";
import { settles, stall, turns } from "./waiting.ts";

Deno.test("Deno.listenTls() reports the real port when port 0 was asked for", () => {
  using listener = listenTls();
  const { transport, hostname, port } = listener.addr;
  assertEquals([transport, hostname], ["tcp", LOCALHOST]);
  assert(port > 0);
});

Deno.test("a TLS connection knows both addresses, and the peer knows them the other way round", async () => {
  using listener = listenTls();
  const { port } = listener.addr;
  using near = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  using far = await listener.accept();
  assertEquals([near.remoteAddr, far.remoteAddr], [listener.addr, near.localAddr]);
});

Deno.test("Deno.connectTls() resolves before the handshake, which may wait for ever", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  using near = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  const handshake = near.handshake();
  assertEquals(await settles(handshake, { within: 20 }), false);
  near.close();
  await assertFails(handshake, Deno.errors.Interrupted);
});

Deno.test("accept() of a TLS listener resolves though the client says nothing", async () => {
  using listener = listenTls();
  using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
  using far = await listener.accept();
  assertEquals(far.remoteAddr, near.localAddr);
});

Deno.test("handshake() resolves on both sides, and again when it is over", async () => {
  using pair = await tlsPair();
  const both = [pair.near, pair.far];
  for (let time = 0; time < 2; time++) {
    for (const info of await Promise.all(both.map((conn) => conn.handshake()))) {
      assertEquals(info.alpnProtocol, null);
    }
  }
});

Deno.test("handshake() need not be called: read() and write() do it", async () => {
  using pair = await tlsPair();
  const reading = readExactly(pair.far, 8);
  await writeAll(pair.near, utf8("question"));
  assertEquals(text(await reading), "question");
  await writeAll(pair.far, utf8("answer"));
  assertEquals(text(await readExactly(pair.near, 6)), "answer");
});

Deno.test("handshake() accepts a certificate for the address when the address is the name", async () => {
  using pair = await tlsPair({ connect: { hostname: LOCALHOST } });
  await Promise.all([pair.near.handshake(), pair.far.handshake()]);
});

const ALPN = [
  { name: "the one that both know", server: ["h2", "http/1.1"], client: ["http/1.1"] },
  { name: "the server's favourite", server: ["http/1.1", "h2"], client: ["h2", "http/1.1"] },
] as const;

for (const { name, server, client } of ALPN) {
  Deno.test(`handshake() agrees on ${name} of the application protocols`, async () => {
    using pair = await tlsPair({
      listen: { alpnProtocols: [...server] },
      connect: { alpnProtocols: [...client] },
    });
    const infos = await Promise.all([pair.near.handshake(), pair.far.handshake()]);
    assertEquals(infos.map(({ alpnProtocol }) => alpnProtocol), ["http/1.1", "http/1.1"]);
  });
}

Deno.test("handshake() agrees on no application protocol when one side names none", async () => {
  for (
    const options of [{ listen: { alpnProtocols: ["a"] } }, { connect: { alpnProtocols: ["a"] } }]
  ) {
    using pair = await tlsPair(options);
    const infos = await Promise.all([pair.near.handshake(), pair.far.handshake()]);
    assertEquals(infos.map(({ alpnProtocol }) => alpnProtocol), [null, null]);
  }
});

Deno.test("a TLS connection carries 8 MiB each way at once", async () => {
  using pair = await tlsPair();
  const sent = pattern(8 * 1024 * 1024);
  const talk = async (conn: Deno.Conn) => {
    const [received] = await Promise.all([
      readAll(conn),
      writeAll(conn, sent).then(() => conn.closeWrite()),
    ]);
    assertBytes(received, sent);
  };
  await Promise.all([talk(pair.near), talk(pair.far)]);
});

for (const first of ["near", "far"] as const) {
  Deno.test(`closeWrite() leaves TLS half open when the ${first} end says it first`, async () => {
    using pair = await tlsPair();
    const [one, other] = first === "near" ? [pair.near, pair.far] : [pair.far, pair.near];
    await Promise.all([one.handshake(), other.handshake()]);
    await writeAll(one, utf8("question"));
    await one.closeWrite();
    assertEquals(text(await readAll(other)), "question");
    const answer = pattern(1024 * 1024);
    const reading = readAll(one);
    await writeAll(other, answer);
    await other.closeWrite();
    assertBytes(await reading, answer);
    await one.closeWrite();
  });
}

Deno.test("write() on a TLS connection rejects with NotConnected after closeWrite()", async () => {
  using pair = await tlsPair();
  await Promise.all([pair.near.handshake(), pair.far.handshake()]);
  await pair.near.closeWrite();
  const error = await assertFails(pair.near.write(utf8("x")), Deno.errors.NotConnected);
  assertEquals(codeOf(error), "ENOTCONN");
});

Deno.test("TlsConn.close() sends all that was written, then the end", async () => {
  using pair = await tlsPair();
  await Promise.all([pair.near.handshake(), pair.far.handshake()]);
  const sent = pattern(300_000);
  await writeAll(pair.near, sent);
  pair.near.close();
  assertBytes(await readAll(pair.far), sent);
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
});

Deno.test("TlsConn.close() interrupts every pending read()", async () => {
  using pair = await tlsPair();
  await Promise.all([pair.near.handshake(), pair.far.handshake()]);
  const reads = [1, 2].map(() => reasonOf(pair.near.read(new Uint8Array(1))));
  await turns(3);
  pair.near.close();
  for (const reason of await Promise.all(reads)) {
    assertInstanceOf(reason, Deno.errors.Interrupted);
  }
});

Deno.test("TlsConn.close() interrupts a handshake() that waits, and the read() behind it", async () => {
  using listener = listenTls();
  using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
  using far = await listener.accept();
  const waiting = [far.handshake(), far.read(new Uint8Array(1))].map(reasonOf);
  await turns(3);
  far.close();
  for (const reason of await Promise.all(waiting)) {
    assertInstanceOf(reason, Deno.errors.Interrupted);
  }
  near.close();
});

Deno.test("every operation rejects with BadResource after TlsConn.close()", async () => {
  using pair = await tlsPair();
  const { near } = pair;
  await Promise.all([near.handshake(), pair.far.handshake()]);
  near.close();
  assertThrown(() => near.close(), Deno.errors.BadResource);
  await assertFails(near.read(new Uint8Array(1)), Deno.errors.BadResource);
  await assertFails(near.write(utf8("x")), Deno.errors.BadResource);
  await assertFails(near.closeWrite(), Deno.errors.BadResource);
  await assertFails(near.handshake(), Deno.errors.BadResource);
});

Deno.test("read() on a TLS connection resolves with 0 when the buffer is empty", async () => {
  using pair = await tlsPair();
  assertEquals(await pair.near.read(new Uint8Array(0)), 0);
  assertEquals(await pair.near.write(new Uint8Array(0)), 0);
});

Deno.test("read() on a TLS connection serves those who wait in the order in which they asked", async () => {
  using pair = await tlsPair();
  const buffers = [new Uint8Array(3), new Uint8Array(3)];
  const reads = buffers.map((buffer) => pair.near.read(buffer));
  await writeAll(pair.far, utf8("abcd"));
  assertEquals(await Promise.all(reads), [3, 1]);
  assertEquals(buffers.map((buffer) => text(buffer)), ["abc", "d\0\0"]);
});

Deno.test("write() on a TLS connection stands still when the peer does not read, and goes on", async () => {
  using pair = await tlsPair();
  await Promise.all([pair.near.handshake(), pair.far.handshake()]);
  const { written, write } = await stall(pair.near);
  assertLess(written, 64 * 1024 * 1024);
  const reading = readAll(pair.far);
  const count = await write;
  await pair.near.closeWrite();
  assertEquals((await reading).length, written + count);
});

// The client's end: what Node's other end is told, differences_test.ts says.
Deno.test("read() on a TLS connection rejects with ConnectionReset when it is reset while it waits", async () => {
  using pair = await relayedPair();
  const reading = reasonOf(pair.near.read(new Uint8Array(1)));
  await pair.cut("reset");
  assertInstanceOf(await reading, Deno.errors.ConnectionReset);
});

Deno.test("read() on a TLS connection rejects with ConnectionReset when it was reset before", async () => {
  using pair = await relayedPair();
  await pair.cut("reset");
  await turns(5);
  await assertFails(pair.near.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
});

Deno.test("write() on a TLS connection rejects with BrokenPipe when read() was told of a reset", async () => {
  using pair = await relayedPair();
  await pair.cut("reset");
  await assertFails(pair.near.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  await assertFails(pair.near.write(utf8("x")), Deno.errors.BrokenPipe);
});

Deno.test("the streams of a TLS connection close it at their end", async () => {
  using pair = await tlsPair();
  const writer = pair.near.writable.getWriter();
  await writer.write(utf8("by stream"));
  await writer.close();
  let all = "";
  for await (const piece of pair.far.readable) all += text(piece);
  assertEquals(all, "by stream");
  for (const conn of [pair.near, pair.far]) {
    assertThrown(() => conn.close(), Deno.errors.BadResource);
  }
});

Deno.test("a TLS listener serves many clients at once", async () => {
  using listener = listenTls();
  const { port } = listener.addr;
  const clients = Promise.all(Array.from({ length: 20 }, async (_, id) => {
    using near = await Deno.connectTls({ hostname: "localhost", port, caCerts });
    await writeAll(near, utf8(`client ${id}`));
    await near.closeWrite();
    assertEquals(text(await readAll(near)), `client ${id}`);
  }));
  const talks: Promise<void>[] = [];
  for await (const conn of listener) {
    talks.push((async () => {
      using far = conn;
      await writeAll(far, await readAll(far));
      await far.closeWrite();
    })());
    if (talks.length === 20) break;
  }
  await Promise.all(talks);
  await clients;
});
