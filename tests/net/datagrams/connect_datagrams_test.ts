import { assertEquals, assertInstanceOf } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { connectDatagrams, localHostFor, textDatagrams } from "../../../net/datagrams/mod.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { FakeClock, rejectionOf } from "../../../testing/mod.ts";
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
  const asking = rejectionOf(connection.ask("a"));
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
  for (const options of [{ peer: peer(0) }, { peer: peer(9, "example.org") }, { wrong: 1 }]) {
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
