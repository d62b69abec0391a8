import { assertEquals, assertInstanceOf } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { connectDatagrams, localHostFor, textDatagrams } from "../../../net/datagrams/mod.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { FakeClock, rejectionOf, stateOf } from "../../../testing/mod.ts";
import { FakeSocket, peer } from "./fake_socket.ts";

async function connect(options: { signal?: AbortSignal; limits?: object } = {}) {
  const socket = new FakeSocket("0.0.0.0", 50_000);
  const clock = new FakeClock();
  const codec = textDatagrams();
  const connection = await connectDatagrams(socket, { codec, peer: peer(9), clock, ...options });
  return { socket, clock, connection };
}

Deno.test("connectDatagrams() hears its peer alone", async () => {
  const { socket, connection } = await connect();
  void connection.send("hi");
  await socket.arrive("stranger", peer(10));
  await socket.arrive("stranger", peer(9, "10.0.0.2"));
  await socket.arrive("hello", peer(9));
  await socket.arrive("", peer(9));
  assertEquals([await connection.receive(), await connection.receive()], ["hello", ""]);
  assertEquals([connection.counts.dropped.stranger, socket.sent], [2, [["hi", 9]]]);
  connection.close();
});

Deno.test("the iteration ends when the connection is closed here", async () => {
  const { socket, connection } = await connect();
  const heard: string[] = [];
  const all = (async () => {
    for await (const text of connection) heard.push(text);
  })();
  await socket.arrive("a", peer(9));
  connection.close();
  connection.close();
  await all;
  assertEquals([heard, socket.closed], [["a"], true]);
  assertInstanceOf(await rejectionOf(connection.send("late")), ClosedError);
  assertInstanceOf(await rejectionOf(connection.ask("late")), ClosedError);
});

Deno.test("receive() ends with its time, its signal and the connection's", async () => {
  const stop = new AbortController();
  const { socket, clock, connection } = await connect({ signal: stop.signal });
  const late = rejectionOf(connection.receive({ waitMs: 50 }));
  await clock.advance(50);
  assertInstanceOf(await late, DeadlineError);
  const one = new AbortController();
  const aborted = rejectionOf(connection.receive({ signal: one.signal }));
  one.abort(new Error("not now"));
  assertEquals(String(await aborted), "Error: not now");
  await socket.arrive("still", peer(9));
  assertEquals(await connection.receive({ waitMs: 50 }), "still");
  const over = rejectionOf(connection.receive());
  stop.abort(new Error("enough"));
  assertEquals([String(await over), socket.closed], ["Error: enough", true]);
  assertEquals(clock.pending, 0);
});

Deno.test("that nobody listens is told who waits, and the next send is tried anew", async () => {
  const { socket, connection } = await connect();
  const waiting = rejectionOf(connection.receive());
  const asking = rejectionOf(connection.ask("a", { retries: 0 }));
  await socket.fail(new Deno.errors.ConnectionRefused("Connection refused (os error 111)"));
  for (const error of [await waiting, await asking]) {
    assertInstanceOf(error, Deno.errors.ConnectionRefused);
    assertEquals(error.message, "Cannot reach 10.0.0.1:9: nobody listens there");
  }
  socket.sendError = new Deno.errors.ConnectionRefused("Connection refused (os error 111)");
  assertInstanceOf(await rejectionOf(connection.send("b")), Deno.errors.ConnectionRefused);
  socket.sendError = undefined;
  const answer = connection.ask("c");
  await socket.arrive("yes", peer(9));
  assertEquals([await answer, connection.counts.unreachable], ["yes", 1]);
  connection.close();
});

Deno.test("what waits is bounded, and what is too large is dropped or refused", async () => {
  const { socket, connection } = await connect({
    limits: { maxQueuedMessages: 2, maxDatagramBytes: 3 },
  });
  for (const text of ["1", "2", "3", "1234"]) await socket.arrive(text, peer(9));
  const { dropped } = connection.counts;
  assertEquals([dropped.queue, dropped["too-large"]], [1, 1]);
  assertInstanceOf(await rejectionOf(connection.send("1234")), LimitError);
  connection.close();
});

Deno.test("connectDatagrams() closes the socket when it refuses an option", async () => {
  const refused: object[] = [
    { peer: peer(0) },
    { peer: peer(9, "example.org") },
    { wrong: 1 },
    { onEvent: 5 },
    { trace: 5 },
    { signal: "stop" },
  ];
  for (const options of refused) {
    const socket = new FakeSocket();
    const all = { codec: textDatagrams(), peer: peer(9), ...options };
    assertInstanceOf(await rejectionOf(connectDatagrams(socket, all)), TypeError);
    assertEquals(socket.closed, true);
  }
});

Deno.test("localHostFor() binds to this machine alone when the peer is there", () => {
  assertEquals(
    ["127.0.0.1", "127.1.2.3", "192.0.2.1", "::1", "2001:db8::1"].map(localHostFor),
    ["127.0.0.1", "127.0.0.1", "0.0.0.0", "::1", "::"],
  );
});

Deno.test("an ask goes on while it has retries when the system says that nobody listens", async () => {
  const { socket, clock, connection } = await connect();
  const refused = new Deno.errors.ConnectionRefused("Connection refused");
  const answer = connection.ask("a", { retries: 2, timeoutMs: 100 });
  await socket.fail(refused);
  await clock.advance(100);
  await socket.fail(refused);
  await clock.advance(200);
  await socket.arrive("yes", peer(9));
  assertEquals([await answer, socket.sent.length], ["yes", 3]);
  socket.sendError = refused;
  const lost = rejectionOf(connection.ask("b", { retries: 1, timeoutMs: 100 }));
  await clock.advance(99);
  assertEquals(await stateOf(lost), "pending");
  await clock.advance(1);
  const error = await lost;
  assertInstanceOf(error, Deno.errors.ConnectionRefused);
  assertEquals(error.message, "Cannot reach 10.0.0.1:9: nobody listens there");
  connection.close();
  assertEquals(clock.pending, 0);
});

Deno.test("an ask ends with its deadline when somebody took the last try, and did not answer", async () => {
  const { socket, clock, connection } = await connect();
  const lost = rejectionOf(connection.ask("a", { retries: 1, timeoutMs: 100 }));
  await socket.fail(new Deno.errors.ConnectionRefused("Connection refused"));
  await clock.advance(300);
  const error = await lost;
  assertInstanceOf(error, DeadlineError);
  assertEquals(error.ms, 300);
  connection.close();
});

for (
  const hostname of [
    "0:0:0:0:0:0:0:1",
    "FD00::2",
    "0:0::1",
    "fd00:0:0:1::",
    "fe80::1%eth0",
    "fe80::1%2",
  ]
) {
  Deno.test(`a peer is heard when its address is written as ${hostname}`, async () => {
    const heard = { "FD00::2": "fd00::2", "fd00:0:0:1::": "fd00:0:0:1::" }[hostname];
    const from = heard ?? (hostname.includes("fe80") ? "fe80::1" : "::1");
    const socket = new FakeSocket("::", 50_000);
    const connection = await connectDatagrams(socket, {
      codec: textDatagrams(),
      peer: peer(9, hostname),
    });
    await socket.arrive("hi", peer(9, from));
    await socket.arrive("no", peer(9, "fe80::2"));
    if (hostname === "fe80::1%2") await socket.arrive("named", peer(9, "fe80::1%eth0"));
    if (hostname === "fe80::1%eth0") await socket.arrive("no", peer(9, "fe80::1%eth1"));
    assertEquals(await connection.receive(), "hi");
    assertEquals(connection.counts.dropped.stranger, hostname === "fe80::1%eth0" ? 2 : 1);
    connection.close();
  });
}

Deno.test("a peer is sent to as the socket takes it, however its address is written", async () => {
  for (
    const [bound, hostname, expected] of [
      ["0.0.0.0", "::ffff:7f00:1", "127.0.0.1"],
      ["0.0.0.0", "::FFFF:127.0.0.1", "127.0.0.1"],
      ["::", "::ffff:7f00:1", "::ffff:127.0.0.1"],
      ["::", "10.0.0.1", "::ffff:10.0.0.1"],
      ["::", "FE80:0::1%eth0", "fe80::1%eth0"],
    ] as const
  ) {
    const hosts: string[] = [];
    class KeepingSocket extends FakeSocket {
      override send(bytes: Uint8Array, to: Deno.NetAddr): Promise<number> {
        hosts.push(to.hostname);
        return super.send(bytes, to);
      }
    }
    const options = { codec: textDatagrams(), peer: peer(9, hostname) };
    const connection = await connectDatagrams(new KeepingSocket(bound, 50_000), options);
    await connection.send("a");
    assertEquals(hosts, [expected]);
    connection.close();
  }
});
