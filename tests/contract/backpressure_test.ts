import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { assertBytes, pattern, readAll, readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails } from "./failing.ts";
import { LOCALHOST, tcpPair } from "./pairs.ts";
import { settles, stall, turns } from "./waiting.ts";

// What Linux keeps for one connection on one machine is 4 to 10 MB; without backpressure a writer
// would get past any bound.
const SYSTEM_KEEPS = 64 * 1024 * 1024;

Deno.test("write() stands still when the peer does not read, and goes on when it reads", async () => {
  using pair = await tcpPair();
  const { written, write } = await stall(pair.near);
  assertGreater(written, 0);
  assertLess(written, SYSTEM_KEEPS);
  const reading = readAll(pair.far);
  const count = await write;
  assertGreater(count, 0);
  pair.near.close();
  assertEquals((await reading).length, written + count);
});

Deno.test("write() stands still when the peer that connected does not read", async () => {
  using pair = await tcpPair();
  const { written, write } = await stall(pair.far);
  assertLess(written, SYSTEM_KEEPS);
  pair.far.close();
  await assertFails(write, Deno.errors.Interrupted);
});

Deno.test("write() stands still when nobody has accepted the connection", async () => {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  using near = await Deno.connect({ hostname: LOCALHOST, port: listener.addr.port });
  const { written, write } = await stall(near);
  assertLess(written, SYSTEM_KEEPS);
  using far = await listener.accept();
  const reading = readAll(far);
  const count = await write;
  near.close();
  assertEquals((await reading).length, written + count);
});

Deno.test("write() stands still again when the peer reads a while and stops", async () => {
  using pair = await tcpPair();
  let { written, write } = await stall(pair.near);
  let read = 0;
  for (let round = 0; round < 3; round++) {
    // As much again as the system keeps, so that it must go on.
    for (let wanted = written - read; wanted > 0;) {
      const count = (await readExactly(pair.far, Math.min(wanted, 65_536))).length;
      wanted -= count;
      read += count;
    }
    written += await write;
    const next = await stall(pair.near);
    written += next.written;
    write = next.write;
    assertLess(written - read, SYSTEM_KEEPS);
  }
  pair.near.close();
  await assertFails(write, Deno.errors.Interrupted);
});

Deno.test("write() does not stop another connection when it stands still", async () => {
  using stuck = await tcpPair();
  const { write } = await stall(stuck.near);
  using pair = await tcpPair();
  const sent = pattern(2 * 1024 * 1024);
  const reading = readAll(pair.far);
  await writeAll(pair.near, sent);
  pair.near.close();
  assertBytes(await reading, sent);
  stuck.near.close();
  await assertFails(write, Deno.errors.Interrupted);
});

Deno.test("read() has every byte in order when the writer stood still in between", async () => {
  using pair = await tcpPair();
  const sent = pattern(24 * 1024 * 1024);
  const writing = writeAll(pair.near, sent).then(() => pair.near.closeWrite());
  assertEquals(await settles(writing, { within: 200 }), false);
  const received = await readAll(pair.far);
  await writing;
  assertBytes(received, sent);
});

Deno.test("closeWrite() ends behind all that was written when the peer has read nothing yet", async () => {
  using pair = await tcpPair();
  const sent = pattern(300_000);
  await writeAll(pair.near, sent);
  await pair.near.closeWrite();
  await turns(5);
  assertBytes(await readAll(pair.far), sent);
});

Deno.test("two that only write stand still both, and both go on when both read", async () => {
  using pair = await tcpPair();
  const [near, far] = await Promise.all([stall(pair.near), stall(pair.far)]);
  assertLess(near.written + far.written, 2 * SYSTEM_KEEPS);
  const reading = Promise.all([readAll(pair.near), readAll(pair.far)]);
  const [more, answer] = await Promise.all([near.write, far.write]);
  await Promise.all([pair.near.closeWrite(), pair.far.closeWrite()]);
  const [atNear, atFar] = await reading;
  assertEquals(atFar.length, near.written + more);
  assertEquals(atNear.length, far.written + answer);
});

Deno.test("an echo comes whole when its sender reads only after it has written all", async () => {
  using pair = await tcpPair();
  const echo = async () => {
    const into = new Uint8Array(16_384);
    for (let count; (count = await pair.far.read(into)) !== null;) {
      await writeAll(pair.far, into.subarray(0, count));
    }
    await pair.far.closeWrite();
  };
  const echoing = echo();
  const sent = pattern(1024 * 1024);
  await writeAll(pair.near, sent);
  await pair.near.closeWrite();
  assertBytes(await readAll(pair.near), sent);
  await echoing;
});

Deno.test("read() has the first bytes at once when much more waits behind them", async () => {
  using pair = await tcpPair();
  await writeAll(pair.near, utf8("first"));
  const { write } = await stall(pair.near);
  assertEquals(text(await readExactly(pair.far, 5)), "first");
  pair.near.close();
  await assertFails(write, Deno.errors.Interrupted);
});
