import { assert, assertEquals, assertMatch } from "@std/assert";
import { someBytes } from "../transfer/dialogue.ts";
import { turns } from "../../testing/turns.ts";
import type { Peer } from "../cli/peer.ts";
import { FilesServer, joined, simpleFile } from "./files_server.ts";
import { testLargeFile } from "./large_file.ts";

const MIB = 1024 ** 2;
/** Around 2048 less the header lies what the original waited for in vain. */
const SIZES = [0, 1, 2, ...Array.from({ length: 31 }, (_, at) => 2030 + at), MIB];

/** The answer to so many files, each of which was stored. */
function stored(count: number): RegExp {
  return new RegExp(`^(-end-){${count}}$`);
}

/** Says that the files of these contents are there in this order, and nothing else. */
async function assertStored(
  server: FilesServer,
  contents: readonly Uint8Array[],
): Promise<void> {
  await server.stop();
  const paths = server.files.map(({ path }) => path);
  assertEquals(server.files.map(({ type }) => type), contents.map(() => "stored"));
  assertEquals(await server.inbox.names(), paths.toSorted());
  for (const [at, content] of contents.entries()) {
    const path = paths[at] ?? "";
    assert((await server.inbox.bytes(path)).every((byte, at) => byte === content[at]), path);
    const { size } = await Deno.stat(`${server.inbox.path}/${path}`);
    assertEquals(size, content.length);
  }
}

const WAYS: Readonly<Record<string, (peer: Peer, bytes: Uint8Array) => Promise<void>>> = {
  async "in one write"(peer, bytes) {
    await peer.send(simpleFile(bytes).whole);
  },
  async "behind its header"(peer, bytes) {
    await peer.send(simpleFile(bytes).head);
    await turns();
    await peer.send(bytes);
  },
  async "in pieces of 2048"(peer, bytes) {
    const { whole } = simpleFile(bytes);
    for (let at = 0; at < whole.length; at += 2048) await peer.send(whole.subarray(at, at + 2048));
  },
};

for (const [way, send] of Object.entries(WAYS)) {
  Deno.test(`files server stores a file of each size when it comes ${way}`, async () => {
    await using server = await FilesServer.start();
    await using peer = await server.connect();
    const contents = SIZES.map((size) => someBytes(size));
    for (const [at, content] of contents.entries()) {
      await send(peer, content);
      await peer.until(stored(at + 1));
    }
    await peer.finish();
    assertEquals(await peer.rest(), "-end-".repeat(SIZES.length));
    await assertStored(server, contents);
  });
}

Deno.test("files server stores small files when they come byte by byte", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  const contents = [0, 1, 2, 40].map((size) => someBytes(size));
  let sent = 0;
  for (const content of contents) {
    for (const byte of simpleFile(content).whole) {
      await peer.send(Uint8Array.of(byte));
      await server.received(++sent);
    }
  }
  await peer.until(stored(contents.length));
  await assertStored(server, contents);
});

Deno.test("files server stores a file when it is cut at any place", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  const content = someBytes(5);
  const { whole } = simpleFile(content);
  for (let cut = 1; cut < whole.length; cut++) {
    await peer.send(whole.subarray(0, cut));
    await server.received((cut - 1) * whole.length + cut);
    await peer.send(whole.subarray(cut));
    await peer.until(stored(cut));
  }
  await assertStored(server, Array.from({ length: whole.length - 1 }, () => content));
});

Deno.test("files server stores each of several files when they come glued together", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  const contents = [3, 0, 2048, MIB, 0, 1, 70_000].map((size) => someBytes(size));
  await peer.send(joined(...contents.map((content) => simpleFile(content).whole)));
  await peer.finish();
  assertEquals(await peer.rest(), "-end-".repeat(contents.length));
  await assertStored(server, contents);
});

testLargeFile(20);

Deno.test("files server gives each file a name of its own when many come within a second", async () => {
  await using server = await FilesServer.start();
  await using stack = new AsyncDisposableStack();
  const peers = [];
  for (let client = 0; client < 8; client++) peers.push(stack.use(await server.connect()));
  await Promise.all(peers.map(async (peer, client) => {
    await peer.send(`1::txt::${client}1::JPG::${client}1::::${client}`);
    await peer.until(stored(3));
  }));
  const names = await server.inbox.names();
  assertEquals(names.length, 24);
  for (const name of names) assertMatch(name, /^received-19700101-000000( \(\d\))?(\.txt|\.JPG)?$/);
  const texts = await Promise.all(names.map((name) => server.inbox.text(name)));
  assertEquals(texts.toSorted().join(""), "000111222333444555666777");
});

Deno.test("files server names a file by the second in which it came", async () => {
  await using server = await FilesServer.start();
  await server.clock.advance(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  await using peer = await server.connect();
  await peer.send("5::jpg::hello");
  await peer.until(stored(1));
  assertEquals(await server.inbox.names(), ["received-20260102-030405.jpg"]);
});

Deno.test("files server never has a file under its name when it is not whole yet", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  await peer.send("5::txt::hell");
  await server.received(12);
  assertMatch(await server.part(), /\.txt\.[0-9a-f]{24}-1\.part$/);
  await peer.send("o");
  await peer.until(stored(1));
  assertEquals(await server.inbox.names(), ["received-19700101-000000.txt"]);
});

Deno.test("files server says how much has come at most ten times a second", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  const pieces = 100;
  await peer.send(`${pieces * 1000}::bin::`);
  const head = `${pieces * 1000}::bin::`.length;
  for (let piece = 1; piece <= pieces; piece++) {
    await peer.send(new Uint8Array(1000));
    await server.received(head + piece * 1000);
    await server.clock.advance(10);
  }
  await peer.until(/-end-$/);
  const [, acks = ""] = /^((?:Received:\d+\n)*)-end-$/.exec(peer.text) ?? [];
  const said = Array.from(acks.matchAll(/\d+/g), ([count]) => Number(count));
  assert(said.length >= 5 && said.length <= 10, acks);
  assertEquals(said, said.toSorted((one, other) => one - other));
  assertEquals(new Set(said).size, said.length);
  assert(said.every((count) => count > 0 && count < pieces * 1000), acks);
});

Deno.test("files server says nothing between when a file comes at once", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  await peer.send(simpleFile(someBytes(MIB)).whole);
  await peer.until(stored(1));
});

Deno.test("files server stores a file when its sender reads nothing before it has sent all", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  const content = someBytes(4 * MIB);
  const { whole } = simpleFile(content);
  for (let at = 0; at < whole.length; at += 32_768) {
    await peer.send(whole.subarray(at, at + 32_768));
    await server.clock.advance(100);
  }
  await peer.until(/-end-$/);
  await assertStored(server, [content]);
});
