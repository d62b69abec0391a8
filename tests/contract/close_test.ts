import { assert, assertEquals } from "@std/assert";
import {
  assertBytes,
  pattern,
  readAll,
  readExactly,
  readUntilOver,
  text,
  utf8,
  writeAll,
} from "./bytes.ts";
import { assertFails, assertThrown, codeOf, reasonOf } from "./failing.ts";
import { tcpPair, unixPair } from "./pairs.ts";
import { onBun } from "./runtime.ts";
import { arrived, stall, turns } from "./waiting.ts";

for (const [kind, open] of [["TCP", tcpPair], ["Unix", unixPair]] as const) {
  Deno.test(`Conn.close() throws BadResource when it was called before and it is ${kind}`, async () => {
    using pair: { near: Deno.Conn } & Disposable = await open();
    pair.near.close();
    const error = assertThrown(() => pair.near.close(), Deno.errors.BadResource);
    assertEquals(codeOf(error), undefined);
  });

  Deno.test(`Conn.close() interrupts every pending read() when it is ${kind}`, async () => {
    using pair: { near: Deno.Conn } & Disposable = await open();
    const reads = [1, 2, 3].map(() => reasonOf(pair.near.read(new Uint8Array(1))));
    await turns(3);
    pair.near.close();
    for (const reason of await Promise.all(reads)) {
      assert(reason instanceof Deno.errors.Interrupted, String(reason));
      assertEquals([reason.name, codeOf(reason)], ["Interrupted", "EINTR"]);
    }
  });

  Deno.test(`Conn.close() interrupts a write() that stands still when it is ${kind}`, async () => {
    using pair: { near: Deno.Conn } & Disposable = await open();
    const { write } = await stall(pair.near);
    pair.near.close();
    await assertFails(write, Deno.errors.Interrupted);
  });

  Deno.test(`every operation rejects with BadResource after Conn.close() when it is ${kind}`, async () => {
    using pair: { near: Deno.Conn } & Disposable = await open();
    const { near } = pair;
    near.close();
    await assertFails(near.read(new Uint8Array(1)), Deno.errors.BadResource);
    await assertFails(near.write(utf8("x")), Deno.errors.BadResource);
    await assertFails(near.write(new Uint8Array(0)), Deno.errors.BadResource);
    await assertFails(near.closeWrite(), Deno.errors.BadResource);
  });

  Deno.test(`Conn.close() sends what was written, then the end, when it is ${kind}`, async () => {
    using pair: { near: Deno.Conn; far: Deno.Conn } & Disposable = await open();
    const sent = pattern(100_000);
    await writeAll(pair.near, sent);
    pair.near.close();
    assertBytes(await readAll(pair.far), sent);
    assertEquals(await pair.far.read(new Uint8Array(1)), null);
  });
}

Deno.test("Conn.close() interrupts a read() that began in the same turn", async () => {
  using pair = await tcpPair();
  const reading = pair.near.read(new Uint8Array(1));
  pair.near.close();
  await assertFails(reading, Deno.errors.Interrupted);
});

Deno.test("Conn.close() interrupts a read() and a write() that both stand still", async () => {
  using pair = await tcpPair();
  const reading = reasonOf(pair.near.read(new Uint8Array(1)));
  const { write } = await stall(pair.near);
  pair.near.close();
  await assertFails(write, Deno.errors.Interrupted);
  assert(await reading instanceof Deno.errors.Interrupted);
});

Deno.test("read() resolves with 0 when the buffer is empty and the connection is closed", async () => {
  using pair = await tcpPair();
  pair.near.close();
  assertEquals(await pair.near.read(new Uint8Array(0)), 0);
});

Deno.test("setNoDelay() and setKeepAlive() throw BadResource when the connection is closed", async () => {
  using pair = await tcpPair();
  pair.near.close();
  assertThrown(() => pair.near.setNoDelay(), Deno.errors.BadResource);
  assertThrown(() => pair.near.setKeepAlive(), Deno.errors.BadResource);
});

Deno.test("the addresses, ref() and unref() work when the connection is closed", async () => {
  using pair = await tcpPair();
  const { localAddr, remoteAddr } = pair.near;
  pair.near.close();
  pair.near.unref();
  pair.near.ref();
  assertEquals([pair.near.localAddr, pair.near.remoteAddr], [localAddr, remoteAddr]);
});

Deno.test("the addresses are there when the peer has gone", async () => {
  using pair = await tcpPair();
  pair.far.close();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  assertEquals(pair.near.remoteAddr, pair.far.localAddr);
});

Deno.test("using closes a connection at the end of its block", async () => {
  using pair = await tcpPair();
  {
    using near = pair.near;
    await writeAll(near, utf8("inside"));
  }
  assertEquals(text(await readAll(pair.far)), "inside");
  assertThrown(() => pair.near.close(), Deno.errors.BadResource);
});

Deno.test("Conn[Symbol.dispose]() is silent when the connection is closed", async () => {
  using pair = await tcpPair();
  pair.near.close();
  pair.near[Symbol.dispose]();
  pair.near[Symbol.dispose]();
});

Deno.test("Conn.close() sends what the system took of a writer that stood still", async () => {
  using pair = await tcpPair();
  const { written, write } = await stall(pair.near);
  pair.near.close();
  await assertFails(write, Deno.errors.Interrupted);
  const { bytes } = await readUntilOver(pair.far);
  assert(bytes.length >= written, `${bytes.length} of ${written} bytes came`);
});

Deno.test("Conn.close() is an end and no reset when the peer's bytes were never read", async () => {
  using pair = await tcpPair();
  await writeAll(pair.near, utf8("never read"));
  pair.far.close();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
});

Deno.test("Conn.close() sends its last words when the peer's bytes were never read", async () => {
  using pair = await tcpPair();
  await writeAll(pair.near, utf8("never read"));
  await writeAll(pair.far, utf8("goodbye"));
  await arrived(pair.near, 7);
  pair.far.close();
  assertEquals(text(await readAll(pair.near)), "goodbye");
});

Deno.test("read() has every byte when the peer writes and closes while our write() stands still", async () => {
  using pair = await tcpPair();
  const { write } = await stall(pair.near);
  const sent = pattern(30_000);
  await writeAll(pair.far, sent);
  await arrived(pair.near, sent.length);
  pair.far.close();
  // It is told one way or the other that nobody will read the rest.
  const reason = await reasonOf(write);
  assert(
    reason instanceof Deno.errors.BrokenPipe || reason instanceof Deno.errors.ConnectionReset,
    String(reason),
  );
  const { bytes } = await readUntilOver(pair.near);
  assertBytes(bytes, sent);
});

Deno.test(
  "read() has every byte when the peer writes and closes while we write and read (needs a write that fails alone)",
  {
    // Bun ends a socket whose write has failed, and what had arrived with it.
    ignore: onBun,
  },
  async () => {
    using pair = await tcpPair();
    const sent = pattern(30_000);
    const writing = (async () => {
      const chunk = new Uint8Array(1000);
      while (await pair.near.write(chunk).then(() => true, () => false)) await turns(1);
    })();
    await writeAll(pair.far, sent);
    await arrived(pair.near, sent.length);
    pair.far.close();
    const { bytes } = await readUntilOver(pair.near);
    assertBytes(bytes, sent);
    await writing;
  },
);

Deno.test("Conn.close() leaves the other connections of its listener alone", async () => {
  using one = await tcpPair();
  using other = await tcpPair();
  one.near.close();
  one.far.close();
  await writeAll(other.near, utf8("here"));
  assertEquals(text(await readExactly(other.far, 4)), "here");
});

Deno.test("Conn.close() ends 200 connections, whichever side calls it", async () => {
  for (let count = 0; count < 200; count++) {
    using pair = await tcpPair();
    const [first, second] = count % 2 === 0 ? [pair.near, pair.far] : [pair.far, pair.near];
    const reading = second.read(new Uint8Array(1));
    first.close();
    assertEquals(await reading, null);
    second.close();
  }
});
