import { assertEquals, assertInstanceOf } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import {
  connectDatagrams,
  type DatagramServer,
  localHostFor,
  rawDatagrams,
  serveDatagrams,
} from "../../../net/datagrams/mod.ts";
import { rejectionOf, turns } from "../../../testing/mod.ts";
import { ipv6, onNode } from "../../contract/runtime.ts";

type Bytes = Uint8Array<ArrayBuffer>;

function bind(hostname = "127.0.0.1", port = 0): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname, port });
}

function echo(hostname?: string, port?: number): DatagramServer<Bytes, Uint8Array> {
  return serveDatagrams(bind(hostname, port), { codec: rawDatagrams() }, async (session) => {
    for await (const message of session) await session.send(message);
  });
}

function connectTo(
  port: number,
  { hostname = "127.0.0.1", from = hostname }: { hostname?: string; from?: string } = {},
) {
  return connectDatagrams(bind(from), { codec: rawDatagrams(), peer: { hostname, port } });
}

for (const length of [0, 1, 1_472, 65_507]) {
  Deno.test(`a datagram of ${length} bytes goes there and back whole`, async () => {
    await using server = echo();
    using client = await connectTo(server.addr.port);
    const sent = Uint8Array.from({ length }, (_, at) => at * 7);
    assertEquals(await client.ask(sent), sent);
  });
}

Deno.test("65,508 bytes are refused before they are sent, and the next datagram goes", async () => {
  await using server = echo();
  using client = await connectTo(server.addr.port);
  const error = await rejectionOf(client.send(new Uint8Array(65_508)));
  assertInstanceOf(error, LimitError);
  assertEquals(error.message, "Cannot send datagram: 65508 bytes exceed maxDatagramBytes 65507");
  assertEquals((await client.ask(Uint8Array.of(1))).length, 1);
  assertEquals(server.counts.received, 1);
});

Deno.test({
  name: "datagrams go over IPv6, and a socket on :: hears IPv4 peers under their own address",
  ignore: !ipv6,
  async fn() {
    await using server = echo("::");
    using six = await connectTo(server.addr.port, { hostname: "::1" });
    assertEquals(await six.ask(Uint8Array.of(6)), Uint8Array.of(6));
    using four = await connectTo(server.addr.port);
    assertEquals(await four.ask(Uint8Array.of(4)), Uint8Array.of(4));
    const hosts = Array.from(server.sessions, ({ remoteAddr }) => remoteAddr.hostname);
    assertEquals(hosts.toSorted(), ["127.0.0.1", "::1"]);
  },
});

Deno.test("10,000 datagrams come in their order when several receives wait", async () => {
  const heard: number[] = [];
  const codec = rawDatagrams();
  await using server = serveDatagrams(bind(), { codec }, async (session) => {
    for await (const message of session) {
      const [high = 0, low = 0] = message;
      heard.push(high * 256 + low);
      if (heard.length % 50 === 0) await session.send(message);
    }
  });
  using client = await connectTo(server.addr.port);
  // 50 at a time: the system keeps no more than 256 small ones for who receives.
  for (let at = 0; at < 10_000; at++) {
    const bytes = Uint8Array.of(at >> 8, at & 255);
    if (at % 50 === 49) await client.ask(bytes, { retries: 0, timeoutMs: 30_000 });
    else await client.send(bytes);
  }
  assertEquals(heard, Array.from({ length: 10_000 }, (_, at) => at));
});

Deno.test("a server is over when somebody else closes its socket", async () => {
  for (const waits of [false, true]) {
    const socket = bind();
    const server = serveDatagrams(socket, { codec: rawDatagrams() }, () => {});
    if (waits) {
      using client = await connectTo(server.addr.port);
      await client.send(Uint8Array.of(1));
      while (server.counts.received === 0) await turns();
    }
    socket.close();
    await server.finished;
  }
});

Deno.test("a handler has its server when a datagram came before that was made", async () => {
  const socket = bind();
  // A UDP socket's address is one of the network.
  const { port } = socket.addr as Deno.NetAddr;
  using client = await connectTo(port);
  const answer = client.ask(Uint8Array.of(1));
  // Most likely it has come by then; where it has not the test says nothing.
  await turns(16);
  const server = serveDatagrams(socket, { codec: rawDatagrams() }, async (session) => {
    await session.receive();
    await session.send(Uint8Array.of(server.size));
  });
  assertEquals(await answer, Uint8Array.of(1));
  await server.shutdown();
});

Deno.test({
  name: "a client and its server speak when the address is not written as the system writes it",
  ignore: !ipv6,
  async fn() {
    await using server = echo("::");
    for (const hostname of ["0:0:0:0:0:0:0:1", "::ffff:7f00:1", "::FFFF:127.0.0.1"]) {
      using client = await connectTo(server.addr.port, { hostname, from: localHostFor(hostname) });
      assertEquals(await client.ask(Uint8Array.of(6)), Uint8Array.of(6));
    }
    await using mapped = echo("::ffff:127.0.0.1");
    await mapped.send(mapped.addr, Uint8Array.of(1));
    while (mapped.counts.received === 0) await turns();
    assertEquals([mapped.counts.dropped["own-address"], mapped.size], [1, 0]);
  },
});

Deno.test("a client goes on when its server is gone for a while", async () => {
  const first = echo();
  const { port } = first.addr;
  using client = await connectTo(port);
  await client.ask(Uint8Array.of(1));
  await first.shutdown();
  const lost = rejectionOf(client.ask(Uint8Array.of(2), { retries: 0, timeoutMs: 20 }));
  await lost;
  await using _again = echo("127.0.0.1", port);
  let answer: Bytes | undefined;
  // What the system has to say of the datagram before may come with this one.
  for (let tries = 0; answer === undefined && tries < 5; tries++) {
    answer = await client.ask(Uint8Array.of(3)).catch(() => undefined);
  }
  assertEquals(answer, Uint8Array.of(3));
});

Deno.test({
  name: "a client is told that nobody listens there (needs a system that tells)",
  ignore: !onNode,
  async fn() {
    const closed = bind();
    // A UDP socket's address is one of the network.
    const { port } = closed.addr as Deno.NetAddr;
    closed.close();
    using client = await connectTo(port);
    const error = await rejectionOf(
      client.ask(Uint8Array.of(1), { retries: 0, timeoutMs: 30_000 }),
    );
    assertInstanceOf(error, Deno.errors.ConnectionRefused);
    assertEquals(error.message, `Cannot reach 127.0.0.1:${port}: nobody listens there`);
  },
});
