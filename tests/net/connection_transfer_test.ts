import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  bytes,
  connect,
  json,
  lengthPrefixed,
  LimitError,
  ProtocolError,
  serve,
} from "../../mod.ts";
import { joined } from "../codec/support.ts";
import { turns } from "../../testing/turns.ts";
import { open } from "./open.ts";

function message(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + seed) & 255);
}

for (const length of [0, 1, 4095, 4096, 64 * 1024 - 1, 64 * 1024, 300_000]) {
  Deno.test(`send({ transfer }) sends ${length} bytes as they are, and takes large memory`, async () => {
    const { connection, transport } = open(lengthPrefixed());
    const given = message(length);
    void connection.send(given, { transfer: true });
    void connection.send(message(3, 9));
    assertEquals(given.length, length >= 4096 ? 0 : length);
    assertEquals(connection.queuedBytes, length + 4 + 7);
    await turns();
    const codec = lengthPrefixed();
    assertEquals(
      joined(transport.writes),
      joined([codec.encode(message(length)), codec.encode(message(3, 9))]),
    );
    connection.abort();
  });
}

Deno.test("send({ transfer }) writes a large message in two, so that no packet has the head alone", async () => {
  const { connection, transport } = open(lengthPrefixed());
  await connection.send(message(64 * 1024), { transfer: true });
  await turns();
  assertEquals(transport.writes.map(({ length }) => length), [16 * 1024 + 4, 48 * 1024]);
  connection.abort();
});

Deno.test("send({ transfer }) changes nothing with a codec whose messages are no bytes", async () => {
  const { connection, transport } = open(json(lengthPrefixed()));
  const given = { list: [1] };
  await connection.send(given, { transfer: true });
  await turns();
  assertEquals([joined(transport.writes).length, given], [16, { list: [1] }]);
  connection.abort();
});

Deno.test("send({ transfer }) copies memory that cannot be taken away", async () => {
  const { connection, transport } = open(bytes());
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 2 }).buffer);
  memory.fill(7);
  await connection.send(memory, { transfer: true });
  await turns();
  assertEquals([memory.length, joined(transport.writes).length], [128 * 1024, 128 * 1024]);
  connection.abort();
});

Deno.test("send({ transfer }) refuses what the codec refuses, and leaves the memory", async () => {
  const { connection, transport } = open(lengthPrefixed({ maxBytes: 5000 }));
  const given = message(5001);
  await assertRejects(
    () => connection.send(given, { transfer: true }),
    LimitError,
    "maxMessageBytes",
  );
  assertEquals([given.length, connection.queuedBytes], [5001, 0]);
  await turns();
  assertEquals(transport.writeCalls, 0);
  connection.abort();
});

Deno.test("send({ transfer }) counts against maxQueuedBytes, and alone it may pass it", async () => {
  const limits = { maxQueuedBytes: 100_000 };
  const { connection, transport } = open(lengthPrefixed(), { limits });
  transport.blockWrites();
  void connection.send(message(200_000), { transfer: true });
  assertEquals(connection.closed, false);
  const second = message(200_000);
  await assertRejects(
    () => connection.send(second, { transfer: true }),
    LimitError,
    "maxQueuedBytes 100000",
  );
  assertEquals([second.length, connection.closed], [200_000, true]);
});

Deno.test("send({ transfer }) waits above the high-water mark", async () => {
  const { connection, transport } = open(lengthPrefixed());
  transport.blockWrites();
  let isSent = false;
  void connection.send(message(100_000), { transfer: true }).then(() => isSent = true);
  await turns();
  assertEquals(isSent, false);
  transport.unblockWrites();
  await turns();
  assertEquals(isSent, true);
  connection.abort();
});

Deno.test("a trace keeps a message that was given away", async () => {
  const seen: unknown[] = [];
  const { connection } = open(lengthPrefixed(), {
    trace: (event) => event.type === "message" && seen.push(event.message),
  });
  await connection.send(message(5000), { transfer: true });
  assertEquals(seen, [message(5000)]);
  connection.abort();
});

Deno.test("memory that was given back is not given out twice at a time", async () => {
  const codec = lengthPrefixed();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serve(listener, { codec }, async (connection) => {
    for await (const each of connection) await connection.send(each, { transfer: true });
  });
  const { port } = server.addr;
  const talk = async (seed: number) => {
    await using connection = await connect({ port, codec });
    for (const length of [5000, 70_000, 200_000, 70_000, 5000, 1_000_000, 17]) {
      const sent = message(length, seed);
      await connection.send(sent);
      const answer = await connection.receive();
      assert(answer !== undefined && answer.length === length);
      assert(answer.every((byte, at) => byte === sent[at]), `${length} bytes came back changed`);
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(talk));
});

Deno.test("a large message is read straight into its memory, to its end and no further", async () => {
  const { connection, transport } = open(lengthPrefixed());
  const codec = lengthPrefixed();
  const sent = message(1_000_000);
  transport.deliver(joined([codec.encode(sent), codec.encode(message(3))]));
  assertEquals(await connection.receive(), sent);
  assertEquals(await connection.receive(), message(3));
  // 512 bytes and 64 KiB, which said how long it is, and then four times what is there each.
  assert(transport.readSizes.length <= 7, transport.readSizes.join());
  connection.abort();
});

Deno.test("what came of a large message is handed on when the codec changes during its read", async () => {
  const { connection, transport } = open(lengthPrefixed());
  const codec = lengthPrefixed();
  const encoded = codec.encode(message(1_000_000));
  transport.deliver(encoded.subarray(0, 512), encoded.subarray(512, 70_000));
  const late = connection.receive({ waitMs: 1, signal: AbortSignal.abort("stop") });
  await late.catch(() => {});
  const stop = new AbortController();
  const waiting = connection.receive({ signal: stop.signal });
  await turns();
  stop.abort(new Error("stop"));
  await assertRejects(() => waiting, Error, "stop");
  const raw = connection.switchTo(bytes());
  assertEquals(await raw.receive(), encoded.slice(0, 70_000));
  transport.deliver(encoded.subarray(70_000, 80_000));
  assertEquals(await raw.receive(), encoded.slice(70_000, 80_000));
  connection.abort();
});

Deno.test("an end in the middle of a large message is an error", async () => {
  const { connection, transport } = open(lengthPrefixed());
  transport.deliver(lengthPrefixed().encode(message(1_000_000)).subarray(0, 300_000));
  transport.finish();
  const error = await assertRejects(() => connection.receive(), ProtocolError);
  assertEquals(error.code, "unexpected-end");
  connection.abort();
});
