import { assertEquals, assertInstanceOf } from "@std/assert";
import { connectDatagrams, serveDatagrams, textDatagrams } from "../../../net/datagrams/mod.ts";
import { DeadlineError } from "../../../net/errors.ts";
import { FakeClock, rejectionOf, stateOf } from "../../../testing/mod.ts";
import { start } from "./asking_server.ts";
import { FakeSocket, peer } from "./fake_socket.ts";

Deno.test("a doubled reply begins no session when the message was sent again", async () => {
  const { socket, clock, server, heard } = start();
  const reply = server.ask(peer(7), "time?", { timeoutMs: 100 });
  await clock.advance(300);
  for (const text of ["noon", "noon", "noon", "hello"]) await socket.arrive(text, peer(7));
  assertEquals([await reply, socket.sent.length], ["noon", 3]);
  assertEquals([server.counts.dropped.late, heard], [2, ["hello"]]);
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("a reply that comes after the deadline begins no session, for as long as the first try was given", async () => {
  const { socket, clock, server, heard } = start();
  const options = { timeoutMs: 100, retries: 1 };
  const lost = rejectionOf(server.ask(peer(7), "a", options));
  await clock.advance(300);
  assertInstanceOf(await lost, DeadlineError);
  await clock.advance(99);
  await socket.arrive("late", peer(7));
  await clock.advance(1);
  await socket.arrive("news", peer(7));
  assertEquals([server.counts.dropped.late, heard], [1, ["news"]]);
  await server.shutdown();
});

Deno.test("an ask is not sent before the late replies to the one before it have come", async () => {
  const { socket, clock, server } = start();
  const first = server.ask(peer(7), "1", { timeoutMs: 100 });
  await clock.advance(100);
  await socket.arrive("one", peer(7));
  const second = server.ask(peer(7), "2", { timeoutMs: 100 });
  const elsewhere = server.ask(peer(8), "3");
  assertEquals(socket.sent, [["1", 7], ["1", 7], ["3", 8]]);
  await socket.arrive("one", peer(7));
  assertEquals(socket.sent.at(-1), ["2", 7]);
  await socket.arrive("two", peer(7));
  await socket.arrive("three", peer(8));
  assertEquals([await first, await second, await elsewhere], ["one", "two", "three"]);
  assertEquals([server.counts.dropped.late, socket.sent.length], [1, 4]);
  await server.shutdown();
});

Deno.test("an ask is sent when a late reply can come no more, and its time begins then", async () => {
  const { socket, clock, server } = start();
  const first = server.ask(peer(7), "1", { timeoutMs: 100 });
  await clock.advance(100);
  await clock.advance(20);
  await socket.arrive("one", peer(7));
  const second = server.ask(peer(7), "2", { timeoutMs: 50, retries: 0 });
  // What was sent last, 100 ms behind the first time, takes no longer than the 120 ms that the answer took.
  await clock.advance(124);
  assertEquals(socket.sent.length, 2);
  await clock.advance(1);
  assertEquals(socket.sent.at(-1), ["2", 7]);
  await clock.advance(49);
  await socket.arrive("two", peer(7));
  assertEquals([await first, await second, socket.sent.length], ["one", "two", 3]);
  await server.shutdown();
});

Deno.test("asks wait for none behind one that never gives up, and are not sent before one that does", async () => {
  const { socket, clock, server } = start();
  const stop = new AbortController();
  const { signal } = stop;
  const never = rejectionOf(
    server.ask(peer(7), "1", { retries: Infinity, timeoutMs: 100, signal }),
  );
  const lost = rejectionOf(server.ask(peer(8), "2", { retries: 1, timeoutMs: 100 }));
  await clock.advance(100);
  const second = server.ask(peer(7), "3", { retries: 0 });
  const held = server.ask(peer(8), "4", { retries: 0, timeoutMs: 100 });
  assertEquals(socket.sent.slice(4), [["3", 7]]);
  await clock.advance(200);
  assertInstanceOf(await lost, DeadlineError);
  await clock.advance(99);
  assertEquals(socket.sent.some(([text]) => text === "4"), false);
  await clock.advance(1);
  assertEquals(socket.sent.at(-1), ["4", 8]);
  await socket.arrive("four", peer(8));
  assertEquals(await held, "four");
  stop.abort();
  await never;
  await socket.arrive("three", peer(7));
  assertEquals(await second, "three");
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("what a peer says is heard when it says something else than its answer", async () => {
  const { socket, clock, server, heard } = start();
  await socket.arrive("hello", peer(7));
  const reply = server.ask(peer(7), "1", { timeoutMs: 100 });
  await clock.advance(100);
  for (const text of ["one", "news", "one", "one"]) await socket.arrive(text, peer(7));
  assertEquals([await reply, heard], ["one", ["hello", "news", "one"]]);
  assertEquals(server.counts.dropped.late, 1);
  await server.shutdown();
});

Deno.test("an ask waits as well while one before it is sent again", async () => {
  const { socket, clock, server } = start();
  const first = server.ask(peer(7), "1", { timeoutMs: 100 });
  await clock.advance(100);
  const second = server.ask(peer(7), "2", { timeoutMs: 1_000 });
  await socket.arrive("one", peer(7));
  await socket.arrive("one", peer(7));
  await socket.arrive("two", peer(7));
  assertEquals([await first, await second, socket.sent.length], ["one", "two", 3]);
  await server.shutdown();
});

Deno.test("replies to calls that were sent together and again go to each once", async () => {
  const { socket, clock, server, heard } = start();
  const replies = ["1", "2"].map((text) => server.ask(peer(7), text, { timeoutMs: 100 }));
  await clock.advance(100);
  for (const text of ["one", "two", "one", "two"]) await socket.arrive(text, peer(7));
  assertEquals(await Promise.all(replies), ["one", "two"]);
  assertEquals([server.counts.dropped.late, heard], [2, []]);
  await server.shutdown();
});

Deno.test("a call with isReply waits for none, takes its reply, and has its late ones alone dropped", async () => {
  const { socket, clock, server, heard } = start();
  const ask = (text: string) =>
    server.ask(peer(7), text, { timeoutMs: 100, isReply: (reply) => reply.startsWith(text) });
  const first = ask("1");
  await clock.advance(100);
  await socket.arrive("1 yes", peer(7));
  const second = ask("2");
  await socket.arrive("2 yes", peer(7));
  await socket.arrive("news", peer(7));
  await socket.arrive("1 yes", peer(7));
  assertEquals([await first, await second, heard], ["1 yes", "2 yes", ["news"]]);
  assertEquals(server.counts.dropped.late, 1);
  await server.shutdown();
});

Deno.test("the reply to a call that was given up is dropped", async () => {
  const { socket, server, heard } = start();
  const stop = new AbortController();
  const lost = rejectionOf(server.ask(peer(7), "1", { signal: stop.signal }));
  stop.abort(new Error("enough"));
  await lost;
  const second = server.ask(peer(7), "2");
  await socket.arrive("one", peer(7));
  await socket.arrive("two", peer(7));
  assertEquals([await second, server.counts.dropped.late, heard], ["two", 1, []]);
  await server.shutdown();
});

Deno.test("what waits for late replies is bounded, and ends with the server", async () => {
  const { socket, clock, server } = start({ maxPendingAsks: 2 });
  for (const port of [1, 2, 3]) {
    const lost = rejectionOf(server.ask(peer(port), "a", { retries: 0, timeoutMs: 100 }));
    await clock.advance(port === 3 ? 100 : 50);
    if (port < 3) continue;
    await lost;
  }
  for (const port of [1, 2, 3]) await socket.arrive("late", peer(port));
  assertEquals([server.counts.dropped.late, server.size], [2, 1]);
  const lost = rejectionOf(server.ask(peer(2), "a", { retries: 0, timeoutMs: 100 }));
  await clock.advance(100);
  await lost;
  const held = rejectionOf(server.ask(peer(2), "held"));
  await server.shutdown();
  await held;
  assertEquals([clock.pending, socket.sent.some(([text]) => text === "held")], [0, false]);
});

Deno.test("a client drops the doubled answer to what it sent again", async () => {
  const socket = new FakeSocket("0.0.0.0", 50_000);
  const clock = new FakeClock();
  const codec = textDatagrams();
  const connection = await connectDatagrams(socket, { codec, peer: peer(9), clock });
  const first = connection.ask("1", { timeoutMs: 100 });
  await clock.advance(100);
  await socket.arrive("one", peer(9));
  const second = connection.ask("2", { timeoutMs: 100 });
  await socket.arrive("one", peer(9));
  assertEquals(await stateOf(second), "pending");
  await socket.arrive("two", peer(9));
  assertEquals([await first, await second], ["one", "two"]);
  assertEquals(connection.counts.dropped.late, 1);
  connection.close();
  assertEquals(clock.pending, 0);
});

Deno.test("the reply comes to a call when the address is written otherwise, or has a zone", async () => {
  const socket = new FakeSocket("::");
  const server = serveDatagrams(socket, { codec: textDatagrams() }, () => {});
  for (
    const [asked, from] of [
      ["0:0:0:0:0:0:0:1", "::1"],
      ["FE80::1%eth0", "fe80::1"],
      ["10.0.0.1", "::ffff:10.0.0.1"],
      ["::ffff:a00:1", "::ffff:10.0.0.1"],
    ] as const
  ) {
    const reply = server.ask(peer(7, asked), "a");
    await socket.arrive("b", peer(7, from));
    assertEquals(await reply, "b");
  }
  assertEquals(server.size, 0);
  await server.shutdown();
});
