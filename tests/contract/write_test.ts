import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { assertBytes, pattern, readAll, readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, codeOf } from "./failing.ts";
import { tcpPair } from "./pairs.ts";
import { turns } from "./waiting.ts";

/** Returns which byte came how often, in the order in which they came. */
function runs(bytes: Uint8Array): [byte: number, count: number][] {
  const found: [number, number][] = [];
  for (const byte of bytes) {
    const last = found.at(-1);
    if (last?.[0] === byte) last[1]++;
    else found.push([byte, 1]);
  }
  return found;
}

Deno.test("write() resolves with 0 when there is nothing to write", async () => {
  using pair = await tcpPair();
  assertEquals(await pair.near.write(new Uint8Array(0)), 0);
  await pair.near.write(utf8("x"));
  pair.near.close();
  assertEquals(text(await readAll(pair.far)), "x");
});

Deno.test("write() resolves with the count when the system has room", async () => {
  using pair = await tcpPair();
  assertEquals(await pair.near.write(new Uint8Array(1000)), 1000);
});

Deno.test("write() sends only the part of the buffer that it was given", async () => {
  using pair = await tcpPair();
  await pair.near.write(utf8("abcdef").subarray(2, 4));
  pair.near.close();
  assertEquals(text(await readAll(pair.far)), "cd");
});

Deno.test("write() sends in the order of the calls when none is awaited", async () => {
  using pair = await tcpPair();
  const words = Array.from({ length: 200 }, (_, at) => `word ${at};`);
  const counts = words.map((word) => pair.near.write(utf8(word)));
  assertEquals(await Promise.all(counts), words.map(({ length }) => length));
  pair.near.close();
  assertEquals(text(await readAll(pair.far)), words.join(""));
});

Deno.test("write() keeps two large writes apart and in order when both wait", async () => {
  using pair = await tcpPair();
  const reading = readAll(pair.far);
  const counts = await Promise.all(
    [1, 2].map((byte) => pair.near.write(new Uint8Array(8 * 1024 * 1024).fill(byte))),
  );
  await pair.near.closeWrite();
  const expected = counts.map((count, at): [number, number] => [at + 1, count]);
  assertEquals(runs(await reading), expected);
});

Deno.test("write() has taken its bytes when it resolves: the buffer may be used again", async () => {
  using pair = await tcpPair();
  const reading = readAll(pair.far);
  const buffer = new Uint8Array(1024 * 1024);
  const expected: [number, number][] = [];
  for (let byte = 1; byte <= 20; byte++) {
    buffer.fill(byte);
    expected.push([byte, await pair.near.write(buffer)]);
  }
  buffer.fill(0);
  await pair.near.closeWrite();
  assertEquals(runs(await reading), expected);
});

Deno.test("write() counts at least one byte and never more than it was given", async () => {
  using pair = await tcpPair();
  const sent = pattern(8 * 1024 * 1024);
  const reading = readAll(pair.far);
  for (let at = 0; at < sent.length;) {
    const rest = sent.subarray(at);
    const count = await pair.near.write(rest);
    assertGreater(count, 0);
    assertLessOrEqual(count, rest.length);
    at += count;
  }
  pair.near.close();
  const received = await reading;
  assertBytes(received, sent);
});

Deno.test("write() works in both directions at once", async () => {
  using pair = await tcpPair();
  const sent = pattern(4 * 1024 * 1024);
  const talk = async (conn: Deno.Conn) => {
    const [received] = await Promise.all([
      readAll(conn),
      writeAll(conn, sent).then(() => conn.closeWrite()),
    ]);
    assertBytes(received, sent);
  };
  await Promise.all([talk(pair.near), talk(pair.far)]);
});

Deno.test("write() rejects with BrokenPipe when the peer has closed and the system knows", async () => {
  using pair = await tcpPair();
  pair.far.close();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  // The first one may go out: only the answer to it says that nobody is there.
  let error: unknown;
  while (error === undefined) {
    try {
      await pair.near.write(utf8("anybody?"));
      await turns(1);
    } catch (reason) {
      error = reason;
    }
  }
  assert(error instanceof Deno.errors.BrokenPipe, String(error));
  assertEquals([error.name, codeOf(error)], ["BrokenPipe", "EPIPE"]);
  await assertFails(pair.near.write(utf8("hello?")), Deno.errors.BrokenPipe);
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
});

Deno.test("write() takes many small messages when the peer answers each", async () => {
  using pair = await tcpPair();
  pair.near.setNoDelay();
  pair.far.setNoDelay();
  for (let byte = 0; byte < 200; byte++) {
    await pair.near.write(new Uint8Array([byte]));
    await pair.far.write(await readExactly(pair.far, 1));
    assertEquals([...await readExactly(pair.near, 1)], [byte]);
  }
});
