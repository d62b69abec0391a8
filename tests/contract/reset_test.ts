import { assert, assertEquals } from "@std/assert";
import { assertBytes, pattern, readExactly, readUntilOver, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, codeOf, reasonOf } from "./failing.ts";
import { LOCALHOST, tcpPair } from "./pairs.ts";
import { connectAndReset, rudePeer } from "./rude_peer.ts";
import { arrived, stall, turns } from "./waiting.ts";

Deno.test("read() rejects with ConnectionReset once when the peer resets, then is at the end", async () => {
  using peer = await rudePeer();
  await peer.reset();
  const error = await assertFails(peer.conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  assertEquals(codeOf(error), "ECONNRESET");
  for (let time = 0; time < 3; time++) {
    assertEquals(await peer.conn.read(new Uint8Array(1)), null);
  }
});

Deno.test("read() rejects with ConnectionReset when the peer resets while it waits", async () => {
  using peer = await rudePeer();
  const reading = reasonOf(peer.conn.read(new Uint8Array(1)));
  await turns(3);
  await peer.reset();
  assert(await reading instanceof Deno.errors.ConnectionReset);
});

Deno.test("read() tells the first of those who wait of a reset, and the others of the end", async () => {
  using peer = await rudePeer();
  const first = reasonOf(peer.conn.read(new Uint8Array(1)));
  const others = [1, 2].map(() => peer.conn.read(new Uint8Array(1)));
  await turns(3);
  await peer.reset();
  assert(await first instanceof Deno.errors.ConnectionReset);
  assertEquals(await Promise.all(others), [null, null]);
});

Deno.test("read() has the data first when the peer writes and resets", async () => {
  using peer = await rudePeer();
  await peer.write(utf8("last words"));
  await arrived(peer.conn, 10);
  await peer.reset();
  await turns(5);
  const { bytes, error } = await readUntilOver(peer.conn);
  assertEquals(text(bytes), "last words");
  assert(error instanceof Deno.errors.ConnectionReset, String(error));
});

Deno.test("read() has every byte when the peer writes and resets while our write() stands still", async () => {
  using peer = await rudePeer();
  const { write } = await stall(peer.conn);
  const sent = pattern(30_000);
  await peer.write(sent);
  await arrived(peer.conn, sent.length);
  await peer.reset();
  assert(await reasonOf(write) instanceof Deno.errors.ConnectionReset);
  const { bytes, error } = await readUntilOver(peer.conn);
  assertBytes(bytes, sent);
  // The write was told of the reset, and the system tells it once.
  assertEquals(error, undefined);
});

Deno.test("write() rejects with ConnectionReset when the peer resets while it stands still", async () => {
  using peer = await rudePeer();
  const { write } = await stall(peer.conn);
  await peer.reset();
  assert(await reasonOf(write) instanceof Deno.errors.ConnectionReset);
  assertEquals(await peer.conn.read(new Uint8Array(1)), null);
  await assertFails(peer.conn.write(utf8("x")), Deno.errors.BrokenPipe);
});

Deno.test("write() rejects with ConnectionReset when it is the first to meet a reset", async () => {
  using peer = await rudePeer();
  await peer.reset();
  await turns(5);
  await assertFails(peer.conn.write(utf8("x")), Deno.errors.ConnectionReset);
  const error = await assertFails(peer.conn.write(utf8("x")), Deno.errors.BrokenPipe);
  assertEquals(codeOf(error), "EPIPE");
  assertEquals(await peer.conn.read(new Uint8Array(1)), null);
});

Deno.test("write() rejects with BrokenPipe when read() was told of the reset", async () => {
  using peer = await rudePeer();
  await peer.reset();
  await assertFails(peer.conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  await assertFails(peer.conn.write(utf8("x")), Deno.errors.BrokenPipe);
  await assertFails(peer.conn.write(utf8("x")), Deno.errors.BrokenPipe);
});

Deno.test("closeWrite() resolves when the peer has reset, and leaves it to read() to tell", async () => {
  using peer = await rudePeer();
  await peer.reset();
  await turns(5);
  await peer.conn.closeWrite();
  await assertFails(peer.conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  await peer.conn.closeWrite();
});

Deno.test("setNoDelay(), setKeepAlive() and close() work when the peer has reset", async () => {
  using peer = await rudePeer();
  await peer.reset();
  await assertFails(peer.conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  peer.conn.setNoDelay(true);
  peer.conn.setKeepAlive(true);
  peer.conn.close();
});

Deno.test("close() works when the peer has reset and nobody was told", async () => {
  using peer = await rudePeer();
  await peer.reset();
  await turns(5);
  peer.conn.close();
  await assertFails(peer.conn.read(new Uint8Array(1)), Deno.errors.BadResource);
});

Deno.test("a reset of one connection leaves the others alone", async () => {
  using pair = await tcpPair();
  using peer = await rudePeer();
  const reading = readExactly(pair.near, 4);
  await peer.reset();
  await assertFails(peer.conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  await writeAll(pair.far, utf8("here"));
  assertEquals(text(await reading), "here");
});

Deno.test("a listener outlives 50 connections that were reset before anybody accepted them", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { port } = listener.addr;
  for (let count = 0; count < 50; count++) await connectAndReset(port);
  using client = await Deno.connect({ hostname: LOCALHOST, port });
  await writeAll(client, utf8("alive"));
  for (let served = false; !served;) {
    const conn = await listener.accept().catch((error: unknown) => {
      assert(error instanceof Deno.errors.NotConnected, String(error));
    });
    if (conn === undefined) continue;
    const { bytes } = conn.remoteAddr.port === client.localAddr.port
      ? { bytes: await readExactly(conn, 5) }
      : await readUntilOver(conn);
    served = text(bytes) === "alive";
    conn.close();
  }
});
