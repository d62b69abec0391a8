import { assertEquals, assertInstanceOf } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { rejectionOf, stateOf } from "../../../testing/mod.ts";
import { start } from "./asking_server.ts";
import { peer } from "./fake_socket.ts";

Deno.test("ask() gives the reply from the address that was asked, and begins no session", async () => {
  const { socket, server, clock } = start();
  const reply = server.ask(peer(7), "time?");
  await socket.arrive("other", peer(8));
  assertEquals(await stateOf(reply), "pending");
  await socket.arrive("noon", peer(7));
  assertEquals([await reply, server.size, socket.sent], ["noon", 1, [["time?", 7]]]);
  await server.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("ask() sends again after twice the time, and gives up after the retries", async () => {
  const { socket, server, clock } = start();
  const failed = rejectionOf(server.ask(peer(7), "time?", { retries: 2, timeoutMs: 100 }));
  await clock.advance(99);
  assertEquals(socket.sent.length, 1);
  await clock.advance(1);
  assertEquals(socket.sent.length, 2);
  await clock.advance(199);
  assertEquals(socket.sent.length, 2);
  await clock.advance(1);
  assertEquals(socket.sent.length, 3);
  await clock.advance(400);
  const error = await failed;
  assertInstanceOf(error, DeadlineError);
  assertEquals(
    error.message,
    "Cannot receive a reply from 10.0.0.1:7: none came within 700 ms (reply deadline)",
  );
  await server.shutdown();
});

Deno.test("calls to one address get their replies in order, or by isReply", async () => {
  const { socket, server, heard } = start();
  const first = server.ask(peer(7), "1");
  const second = server.ask(peer(7), "2");
  await socket.arrive("one", peer(7));
  await socket.arrive("two", peer(7));
  assertEquals([await first, await second], ["one", "two"]);
  const named = server.ask(peer(7), "3", { isReply: (text) => text.startsWith("3") });
  await socket.arrive("news", peer(7));
  await socket.arrive("3 yes", peer(7));
  assertEquals([await named, heard], ["3 yes", ["news"]]);
  await server.shutdown();
});

Deno.test("ask() ends with its signal, with the server, at its limit, and when it cannot be sent", async () => {
  const { socket, server } = start({ maxPendingAsks: 2 });
  const stop = new AbortController();
  const aborted = rejectionOf(server.ask(peer(7), "a", { signal: stop.signal }));
  const cut = rejectionOf(server.ask(peer(7), "b"));
  const error = await rejectionOf(server.ask(peer(7), "c"));
  assertInstanceOf(error, LimitError);
  assertEquals(error.message, "Cannot ask: 3 calls exceed maxPendingAsks 2");
  stop.abort(new Error("enough"));
  assertEquals(String(await aborted), "Error: enough");
  socket.sendError = new Error("no");
  assertEquals(String(await rejectionOf(server.ask(peer(8), "d"))), "Error: no");
  await server.shutdown();
  assertInstanceOf(await cut, ClosedError);
  assertInstanceOf(await rejectionOf(server.ask(peer(7), "e")), ClosedError);
});

Deno.test("ask() refuses options that it does not know, and times that are none", async () => {
  const { server } = start();
  for (const options of [{ timeoutMs: 0 }, { retries: -1 }, { retries: 0.5 }]) {
    assertInstanceOf(await rejectionOf(server.ask(peer(7), "a", options)), RangeError);
  }
  const misspelt: object = { retry: 1 };
  assertInstanceOf(await rejectionOf(server.ask(peer(7), "a", misspelt)), TypeError);
  await server.shutdown();
});
