import { assertEquals, assertInstanceOf, assertLess, assertStrictEquals } from "@std/assert";
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
import { assertFails, assertThrown, reasonOf } from "./failing.ts";
import { type Pair, tcpPair } from "./pairs.ts";
import { rudePeer } from "./rude_peer.ts";
import { settles, stall, turns } from "./waiting.ts";

async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return joined(pieces);
}

/** Asserts that a stream has closed its connection, whose close() is then one too many. */
function assertClosed(conn: Deno.Conn): void {
  assertThrown(() => conn.close(), Deno.errors.BadResource);
}

Deno.test("readable and writable are the same streams each time", async () => {
  using pair = await tcpPair();
  assertStrictEquals(pair.near.readable, pair.near.readable);
  assertStrictEquals(pair.near.writable, pair.near.writable);
});

Deno.test("readable has everything to the end, and closes the connection there", async () => {
  using pair = await tcpPair();
  const sent = pattern(1_000_000);
  const reading = collected(pair.near.readable);
  await writeAll(pair.far, sent);
  pair.far.close();
  assertBytes(await reading, sent);
  assertClosed(pair.near);
});

Deno.test("readable ends at once when the peer has sent nothing and closed", async () => {
  using pair = await tcpPair();
  pair.far.close();
  assertEquals((await collected(pair.near.readable)).length, 0);
  assertClosed(pair.near);
});

Deno.test("readable never gives an empty piece", async () => {
  using pair = await tcpPair();
  const reading = (async () => {
    let empty = 0;
    for await (const piece of pair.near.readable) if (piece.length === 0) empty++;
    return empty;
  })();
  for (let count = 0; count < 20; count++) {
    await pair.far.write(utf8("piece"));
    await pair.far.write(new Uint8Array(0));
  }
  pair.far.close();
  assertEquals(await reading, 0);
});

Deno.test("readable closes the connection when it is cancelled", async () => {
  using pair = await tcpPair();
  await pair.near.readable.cancel("enough");
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
  assertClosed(pair.near);
});

Deno.test("readable ends a pending read of its reader when it is cancelled", async () => {
  using pair = await tcpPair();
  const reader = pair.near.readable.getReader();
  const reading = reader.read();
  await turns(3);
  await reader.cancel();
  const { done, value } = await reading;
  assertEquals([done, value], [true, undefined]);
  assertClosed(pair.near);
});

Deno.test("readable closes the connection when a for await loop over it is left", async () => {
  using pair = await tcpPair();
  await writeAll(pair.far, utf8("first"));
  for await (const piece of pair.near.readable) {
    assertEquals(text(piece), "first");
    break;
  }
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
  assertClosed(pair.near);
});

Deno.test("readable fails with Interrupted when the connection is closed while its reader waits", async () => {
  using pair = await tcpPair();
  const reading = reasonOf(pair.near.readable.getReader().read());
  await turns(3);
  pair.near.close();
  assertInstanceOf(await reading, Deno.errors.Interrupted);
});

Deno.test("readable fails with BadResource when the connection was closed before", async () => {
  using pair = await tcpPair();
  pair.near.close();
  await assertFails(pair.near.readable.getReader().read(), Deno.errors.BadResource);
});

Deno.test("readable fails with ConnectionReset when the peer resets, and closes the connection", async () => {
  using peer = await rudePeer();
  const reading = reasonOf(collected(peer.conn.readable));
  await turns(3);
  await peer.reset();
  assertInstanceOf(await reading, Deno.errors.ConnectionReset);
  assertClosed(peer.conn);
});

Deno.test("readable fills the buffers that its reader brings", async () => {
  using pair = await tcpPair();
  const reader = pair.near.readable.getReader({ mode: "byob" });
  await writeAll(pair.far, utf8("abcd"));
  const first = await reader.read(new Uint8Array(3));
  assertEquals([first.done, text(first.value!)], [false, "abc"]);
  const second = await reader.read(new Uint8Array(3));
  assertEquals([second.done, text(second.value!)], [false, "d"]);
  pair.far.close();
  const end = await reader.read(new Uint8Array(3));
  assertEquals([end.done, end.value?.length], [true, 0]);
  assertClosed(pair.near);
});

Deno.test("readable can be read by one reader only", async () => {
  using pair = await tcpPair();
  const reader = pair.near.readable.getReader();
  assertThrown(() => pair.near.readable.getReader(), TypeError);
  await reader.cancel();
});

Deno.test("readable goes on where read() left off", async () => {
  using pair = await tcpPair();
  await writeAll(pair.far, utf8("head body"));
  pair.far.close();
  assertEquals(text(await readExactly(pair.near, 5)), "head ");
  assertEquals(text(await collected(pair.near.readable)), "body");
});

Deno.test("readable leaves what nobody reads with the system", async () => {
  using pair = await tcpPair();
  const reader = pair.near.readable.getReader();
  await writeAll(pair.far, utf8("x"));
  await reader.read();
  const { written, write } = await stall(pair.far);
  assertLess(written, 64 * 1024 * 1024);
  await reader.cancel();
  await write.catch(() => {});
});

Deno.test("writable sends all, and closes the connection when it is closed", async () => {
  using pair = await tcpPair();
  const writer = pair.near.writable.getWriter();
  await writer.write(utf8("all "));
  await writer.write(utf8("of it"));
  await writer.close();
  assertEquals(text(await readAll(pair.far)), "all of it");
  assertClosed(pair.near);
});

Deno.test("writable takes 16 MiB in one write, and waits until the peer has read", async () => {
  using pair = await tcpPair();
  const sent = pattern(16 * 1024 * 1024);
  const writer = pair.near.writable.getWriter();
  const writing = writer.write(sent).then(() => writer.close());
  assertEquals(await settles(writing, { within: 100 }), false);
  const received = await readAll(pair.far);
  await writing;
  assertBytes(received, sent);
});

Deno.test("writable closes the connection when it is aborted", async () => {
  using pair = await tcpPair();
  await pair.near.writable.abort("enough");
  assertEquals(await pair.far.read(new Uint8Array(1)), null);
  assertClosed(pair.near);
});

Deno.test("writable fails with BadResource when the connection was closed before", async () => {
  using pair = await tcpPair();
  pair.near.close();
  const writer = pair.near.writable.getWriter();
  const closed = reasonOf(writer.closed);
  await assertFails(writer.write(utf8("x")), Deno.errors.BadResource);
  assertInstanceOf(await closed, Deno.errors.BadResource);
});

Deno.test("writable fails when the peer has reset, and closes the connection", async () => {
  using peer = await rudePeer();
  await peer.reset();
  await turns(5);
  const writer = peer.conn.writable.getWriter();
  const closed = reasonOf(writer.closed);
  await assertFails(writer.write(utf8("x")), Deno.errors.ConnectionReset);
  assertInstanceOf(await closed, Deno.errors.ConnectionReset);
  assertClosed(peer.conn);
});

/** Sends back what comes, by the streams alone. */
function echo({ far }: Pair<Deno.Conn>): Promise<void> {
  return far.readable.pipeTo(far.writable);
}

Deno.test("readable piped into writable is an echo, and closes the connection at the end", async () => {
  using pair = await tcpPair();
  const echoing = echo(pair);
  const sent = pattern(2 * 1024 * 1024);
  const reading = readAll(pair.near);
  await writeAll(pair.near, sent);
  await pair.near.closeWrite();
  assertBytes(await reading, sent);
  await echoing;
  assertClosed(pair.far);
});

Deno.test("readable piped into writable stands still when the peer does not read", async () => {
  using pair = await tcpPair();
  const echoing = echo(pair);
  const { written, write } = await stall(pair.near);
  assertLess(written, 128 * 1024 * 1024);
  pair.near.close();
  await assertFails(write, Deno.errors.Interrupted);
  // Its echo has nowhere to go, or it has gone: both are an end.
  await echoing.catch(() => {});
  assertClosed(pair.far);
});

Deno.test("readable goes through the transforms of the web", async () => {
  using pair = await tcpPair();
  const reading = (async () => {
    let all = "";
    for await (const piece of pair.near.readable.pipeThrough(new TextDecoderStream())) all += piece;
    return all;
  })();
  for (const byte of utf8("grüße")) {
    await pair.far.write(new Uint8Array([byte]));
    await turns(1);
  }
  pair.far.close();
  assertEquals(await reading, "grüße");
});
