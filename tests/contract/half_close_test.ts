import { assertEquals } from "@std/assert";
import { assertBytes, pattern, readAll, readExactly, text, utf8, writeAll } from "./bytes.ts";
import { assertFails, codeOf } from "./failing.ts";
import { tcpPair, unixPair } from "./pairs.ts";
import { turns } from "./waiting.ts";

for (const [kind, open] of [["TCP", tcpPair], ["Unix", unixPair]] as const) {
  Deno.test(`closeWrite() ends one direction and leaves the other when it is ${kind}`, async () => {
    using pair: { near: Deno.Conn; far: Deno.Conn } & Disposable = await open();
    await writeAll(pair.near, utf8("question"));
    await pair.near.closeWrite();
    assertEquals(text(await readAll(pair.far)), "question");
    await writeAll(pair.far, utf8("answer"));
    await pair.far.closeWrite();
    assertEquals(text(await readAll(pair.near)), "answer");
  });

  Deno.test(`write() rejects with BrokenPipe after closeWrite() when it is ${kind}`, async () => {
    using pair: { near: Deno.Conn } & Disposable = await open();
    await pair.near.closeWrite();
    const error = await assertFails(pair.near.write(utf8("x")), Deno.errors.BrokenPipe);
    assertEquals(codeOf(error), "EPIPE");
  });
}

Deno.test("write() rejects with BrokenPipe after closeWrite() though it has nothing to write", async () => {
  using pair = await tcpPair();
  await pair.near.closeWrite();
  await assertFails(pair.near.write(new Uint8Array(0)), Deno.errors.BrokenPipe);
});

Deno.test("closeWrite() leaves the peer's 4 MiB answer whole", async () => {
  using pair = await tcpPair();
  await pair.near.closeWrite();
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
  const answer = pattern(4 * 1024 * 1024);
  const reading = readAll(pair.near);
  await writeAll(pair.far, answer);
  pair.far.close();
  assertBytes(await reading, answer);
});

Deno.test("closeWrite() works for the end that was accepted", async () => {
  using pair = await tcpPair();
  await writeAll(pair.far, utf8("greeting"));
  await pair.far.closeWrite();
  assertEquals(text(await readAll(pair.near)), "greeting");
  await writeAll(pair.near, utf8("thanks"));
  assertEquals(text(await readExactly(pair.far, 6)), "thanks");
});

Deno.test("closeWrite() resolves when it was called before", async () => {
  using pair = await tcpPair();
  await pair.near.closeWrite();
  await pair.near.closeWrite();
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
});

Deno.test("closeWrite() resolves when two calls run at once", async () => {
  using pair = await tcpPair();
  await Promise.all([pair.near.closeWrite(), pair.near.closeWrite()]);
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
});

Deno.test("closeWrite() resolves when the peer has ended", async () => {
  using pair = await tcpPair();
  await pair.far.closeWrite();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  await pair.near.closeWrite();
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
});

Deno.test("closeWrite() resolves when the peer has closed", async () => {
  using pair = await tcpPair();
  pair.far.close();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  await pair.near.closeWrite();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
});

Deno.test("closeWrite() leaves a pending read() waiting, which has the answer", async () => {
  using pair = await tcpPair();
  const into = new Uint8Array(6);
  const reading = pair.near.read(into);
  await pair.near.closeWrite();
  await turns(3);
  await pair.far.write(utf8("answer"));
  assertEquals([await reading, text(into)], [6, "answer"]);
});

Deno.test("closeWrite() on both sides ends both, and close() is still ours to call", async () => {
  using pair = await tcpPair();
  await Promise.all([pair.near.closeWrite(), pair.far.closeWrite()]);
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
  await turns(3);
  pair.near.close();
  pair.far.close();
});

Deno.test("write() works long after the peer has ended", async () => {
  using pair = await tcpPair();
  await pair.far.closeWrite();
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
  await turns(20);
  for (const word of ["one ", "two ", "three"]) {
    await writeAll(pair.near, utf8(word));
    await turns(2);
  }
  assertEquals(text(await readExactly(pair.far, 13)), "one two three");
});

Deno.test("write() works when the peer has ended and nobody has read the end", async () => {
  using pair = await tcpPair();
  await pair.far.closeWrite();
  await turns(5);
  await writeAll(pair.near, utf8("still"));
  assertEquals(text(await readExactly(pair.far, 5)), "still");
  assertEquals(await pair.near.read(new Uint8Array(1)), null);
});
