import { assertEquals } from "@std/assert";
import {
  assertBytes,
  joined,
  pattern,
  readAll,
  readExactly,
  text,
  utf8,
  writeAll,
} from "./bytes.ts";
import { tcpPair } from "./pairs.ts";
import { settles, stall, turns } from "./waiting.ts";

Deno.test("read() resolves with what there is when the buffer could hold more", async () => {
  using pair = await tcpPair();
  await pair.far.write(utf8("four"));
  const into = new Uint8Array(100);
  assertEquals(await pair.near.read(into), 4);
  assertEquals(text(into.subarray(0, 4)), "four");
});

Deno.test("read() leaves what does not fit to the next one", async () => {
  using pair = await tcpPair();
  await pair.far.write(utf8("abcdefg"));
  const parts: string[] = [];
  for (let length = 0; length < 7;) {
    const into = new Uint8Array(3);
    const count = await pair.near.read(into) ?? 0;
    parts.push(text(into.subarray(0, count)));
    length += count;
  }
  assertEquals(parts, ["abc", "def", "g"]);
});

Deno.test("read() writes only into the part of the buffer that it was given", async () => {
  using pair = await tcpPair();
  await pair.far.write(new Uint8Array([1, 2, 3]));
  const whole = new Uint8Array(8).fill(9);
  assertEquals(await pair.near.read(whole.subarray(3, 5)), 2);
  assertEquals([...whole], [9, 9, 9, 1, 2, 9, 9, 9]);
  assertEquals(await pair.near.read(whole.subarray(6)), 1);
  assertEquals([...whole], [9, 9, 9, 1, 2, 9, 3, 9]);
});

Deno.test("read() leaves the buffer behind its count as it was", async () => {
  using pair = await tcpPair();
  const into = new Uint8Array(6).fill(7);
  const reading = pair.near.read(into);
  await pair.far.write(new Uint8Array([1, 2]));
  assertEquals(await reading, 2);
  assertEquals([...into], [1, 2, 7, 7, 7, 7]);
});

Deno.test("read() waits when there is nothing, and has what comes then", async () => {
  using pair = await tcpPair();
  const into = new Uint8Array(4);
  const reading = pair.near.read(into);
  assertEquals(await settles(reading, { within: 5 }), false);
  await pair.far.write(utf8("late"));
  assertEquals([await reading, text(into)], [4, "late"]);
});

Deno.test("read() has what came long before it", async () => {
  using pair = await tcpPair();
  for (const word of ["one ", "two ", "three"]) {
    await pair.far.write(utf8(word));
    await turns(3);
  }
  assertEquals(text(await readExactly(pair.near, 13)), "one two three");
});

Deno.test("read() reads single bytes", async () => {
  using pair = await tcpPair();
  const sent = pattern(1000);
  await writeAll(pair.far, sent);
  pair.far.close();
  const bytes: number[] = [];
  const into = new Uint8Array(1);
  while (await pair.near.read(into) !== null) bytes.push(into[0]!);
  assertBytes(new Uint8Array(bytes), sent);
});

Deno.test("read() serves those who wait in the order in which they asked", async () => {
  using pair = await tcpPair();
  const buffers = [1, 2, 3].map(() => new Uint8Array(2));
  const order: number[] = [];
  const reading = Promise.all(buffers.map(async (buffer, at) => {
    const count = await pair.near.read(buffer);
    order.push(at);
    return count;
  }));
  await turns(3);
  await pair.far.write(new Uint8Array([1, 2, 3, 4, 5]));
  assertEquals(await reading, [2, 2, 1]);
  assertEquals(order, [0, 1, 2]);
  assertEquals(joined(buffers), new Uint8Array([1, 2, 3, 4, 5, 0]));
});

Deno.test("read() serves one who waits at a time when bytes come one at a time", async () => {
  using pair = await tcpPair();
  const buffers = [1, 2, 3].map(() => new Uint8Array(4));
  const reads = buffers.map((buffer) => pair.near.read(buffer));
  for (const [at, read] of reads.entries()) {
    await pair.far.write(new Uint8Array([at + 1]));
    assertEquals(await read, 1);
  }
  assertEquals(buffers.map(([first]) => first), [1, 2, 3]);
});

Deno.test("read() resolves with null again and again when the peer has ended", async () => {
  using pair = await tcpPair();
  await pair.far.closeWrite();
  for (let time = 0; time < 3; time++) {
    assertEquals(await pair.near.read(new Uint8Array(1)), null);
  }
});

Deno.test("read() resolves with null for all who wait when the peer ends", async () => {
  using pair = await tcpPair();
  const reads = [1, 2, 3].map(() => pair.near.read(new Uint8Array(1)));
  await turns(3);
  pair.far.close();
  assertEquals(await Promise.all(reads), [null, null, null]);
});

Deno.test("read() has all the data before it resolves with null when the peer writes and closes", async () => {
  using pair = await tcpPair();
  const sent = pattern(100_000);
  const reading = readAll(pair.near);
  await writeAll(pair.far, sent);
  pair.far.close();
  assertBytes(await reading, sent);
});

Deno.test("read() resolves with 0 when the buffer is empty and no data is there", async () => {
  using pair = await tcpPair();
  assertEquals(await pair.near.read(new Uint8Array(0)), 0);
});

Deno.test("read() resolves with 0 and takes nothing when the buffer is empty and data is there", async () => {
  using pair = await tcpPair();
  await pair.far.write(utf8("kept"));
  await turns(3);
  assertEquals(await pair.near.read(new Uint8Array(0)), 0);
  assertEquals(text(await readExactly(pair.near, 4)), "kept");
});

Deno.test("read() resolves with 0 when the buffer is empty and the peer has ended", async () => {
  using pair = await tcpPair();
  pair.far.close();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  assertEquals(await pair.near.read(new Uint8Array(0)), 0);
});

Deno.test("read() goes on when the other direction stands still", async () => {
  using pair = await tcpPair();
  const { write } = await stall(pair.near);
  const sent = pattern(50_000);
  await writeAll(pair.far, sent);
  assertBytes(await readExactly(pair.near, sent.length), sent);
  pair.near.close();
  await write.catch(() => {});
});

Deno.test("read() has 16 MiB as they were written", async () => {
  using pair = await tcpPair();
  const sent = pattern(16 * 1024 * 1024);
  const reading = readAll(pair.near);
  await writeAll(pair.far, sent);
  await pair.far.closeWrite();
  const received = await reading;
  assertBytes(received, sent);
});
