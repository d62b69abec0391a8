import { assert, assertEquals, assertMatch } from "@std/assert";
import { type TestClient, TestNetwork } from "./irc_harness.ts";

Deno.test("a client is dropped when it has not registered in time", async () => {
  await using irc = new TestNetwork({ deadlines: { registerMs: 30_000 } });
  const [late, slow] = [await irc.connect(), await irc.connect()];
  await irc.clock.advance(29_999);
  assertEquals(await late.say("NICK late", "PING x"), [":irc.test PONG irc.test x"]);
  await slow.say("NICK slow", "USER slow 0 * :S");
  await irc.clock.advance(1);
  assertEquals(late.news(), ["ERROR :Closing link: 10.0.0.1 (Registration timeout)"]);
  assert(late.transport.writeClosed);
  await irc.clock.advance(1_000);
  assertEquals(irc.network.counts, { users: 1, unknown: 0, channels: 0 });
  assertEquals(irc.failures, []);
});

Deno.test("a user is asked whether it is there when it says nothing, and dropped when it does not answer", async () => {
  await using irc = new TestNetwork({ deadlines: { pingMs: 60_000, pongMs: 20_000 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await irc.clock.advance(59_999);
  assertEquals([ann!.news(), bob!.news()], [[], []]);
  await irc.clock.advance(1);
  assertEquals([ann!.news(), bob!.news()], [["PING irc.test"], ["PING irc.test"]]);
  assertEquals(await bob!.say("PONG irc.test"), []);
  await irc.clock.advance(19_999);
  assertEquals(ann!.news(), []);
  await irc.clock.advance(1);
  assertEquals(ann!.news(), ["ERROR :Closing link: 10.0.0.1 (Ping timeout: 80 seconds)"]);
  assertEquals(bob!.news(), [":ann!~ann@10.0.0.1 QUIT :Ping timeout: 80 seconds"]);
  await irc.clock.advance(39_999);
  assertEquals(bob!.news(), []);
  await irc.clock.advance(1);
  assertEquals(bob!.news(), ["PING irc.test"]);
  assertEquals(irc.failures, []);
});

Deno.test("a user that talks is never asked whether it is there", async () => {
  await using irc = new TestNetwork({ deadlines: { pingMs: 60_000 } });
  const ann = await irc.register("ann");
  for (let minute = 0; minute < 5; minute++) {
    await irc.clock.advance(59_999);
    assertEquals(await ann.say("AWAY"), [
      ":irc.test 305 ann :You are no longer marked as being away",
    ]);
  }
});

Deno.test("the others hear that a user was idle when its connection was", async () => {
  await using irc = new TestNetwork({ idleMs: 60_000, deadlines: { pingMs: Infinity } });
  const [_ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await irc.clock.advance(30_000);
  await bob!.say("PONG x");
  await irc.clock.advance(30_000);
  assertEquals(await bob!.say(), [":ann!~ann@10.0.0.1 QUIT :Idle timeout: 60 seconds"]);
});

/** How connections end, and what the others hear of it. */
const ENDS: Readonly<
  Record<string, { end: (client: TestClient) => void; reason: string; fails: RegExp | undefined }>
> = {
  "hangs up": {
    end: ({ transport }) => transport.finish(),
    reason: "Connection closed",
    fails: undefined,
  },
  "hangs up in a line": {
    end({ transport }) {
      transport.deliver("QUI");
      transport.finish();
    },
    reason: "Connection closed",
    fails: /the end of the line/,
  },
  "resets the connection": {
    end: ({ transport }) => transport.reset(),
    reason: "Connection reset by peer",
    fails: /the peer reset the connection/,
  },
};

for (const [what, { end, reason, fails }] of Object.entries(ENDS)) {
  Deno.test(`the others hear why when a client ${what}`, async () => {
    await using irc = new TestNetwork();
    const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
    end(ann!);
    await bob!.say();
    assertEquals(await bob!.say(), []);
    assertEquals(irc.events.at(-1), { type: "left", id: 0, nick: "ann", reason });
    assertEquals(irc.network.counts, { users: 1, unknown: 0, channels: 1 });
    assertEquals(irc.failures.length, fails === undefined ? 0 : 1);
    if (fails) assertMatch(irc.failures[0]!, fails);
  });
}

Deno.test("a reader that is too slow is dropped when more waits than may, and keeps nobody waiting", async () => {
  await using irc = new TestNetwork({ limits: { maxQueuedBytes: 8_192 } });
  const [ann, bob, cat] = await irc.inChannel("#a", "ann", "bob", "cat");
  bob!.transport.blockWrites();
  const text = "x".repeat(400);
  let said = 0;
  while (irc.network.counts.users === 3 && said < 40) {
    await ann!.say(`PRIVMSG #a :${text}`);
    said++;
  }
  const bytes = `:ann!~ann@10.0.0.1 PRIVMSG #a :${text}\r\n`.length;
  assertEquals(said, Math.floor(8_192 / bytes) + 1);
  const told = cat!.news();
  assertEquals(told.length, said + 1);
  assertEquals(told.at(-1), ":bob!~bob@10.0.0.1 QUIT :SendQ exceeded");
  assertEquals(irc.events.at(-1), { type: "left", id: 1, nick: "bob", reason: "SendQ exceeded" });
  await irc.clock.advance(5_000);
  assert(bob!.transport.closed);
  assertEquals(irc.server.connections.size, 2);
  assertEquals(irc.failures, []);
});

Deno.test("a slow reader is told why it is dropped when it reads again in time", async () => {
  await using irc = new TestNetwork({ limits: { maxQueuedBytes: 8_192 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  bob!.transport.blockWrites();
  const told: string[] = [];
  for (let count = 0; count < 20; count++) {
    told.push(...await ann!.say(`PRIVMSG bob :${"x".repeat(400)}`));
  }
  assertEquals(told, [
    ":bob!~bob@10.0.0.1 QUIT :SendQ exceeded",
    ":irc.test 401 ann bob :No such nick",
  ]);
  bob!.transport.unblockWrites();
  assertEquals(
    (await bob!.say("PRIVMSG #a :not heard any more")).at(-1),
    "ERROR :Closing link: 10.0.0.1 (SendQ exceeded)",
  );
  assertEquals(ann!.news(), []);
});

Deno.test("who reads at once is not dropped for what it asked for, however little may wait", async () => {
  await using irc = new TestNetwork({ limits: { maxQueuedBytes: 8_192 } });
  const nicks = Array.from({ length: 200 }, (_, at) => `u${at}`);
  const [ann, bob] = await irc.inChannel("#a", ...nicks);
  // Its answers are on their way while somebody talks.
  ann!.transport.blockWrites();
  await ann!.say("WHO #a");
  const [connection] = irc.server.connections;
  assert(connection!.queuedBytes > 4_000 && connection!.queuedBytes < 5_000);
  for (let count = 0; count < 5; count++) await bob!.say(`PRIVMSG #a :${"x".repeat(400)}`);
  assertEquals(irc.network.counts.users, 200);
  ann!.transport.unblockWrites();
  const lines: string[] = [];
  while (!lines.at(-1)?.includes(" 315 ")) lines.push(...await ann!.say());
  assertEquals(lines.length, 206);
});

Deno.test("everybody is told when the server shuts down, and hears of no other", async () => {
  await using irc = new TestNetwork();
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  const waiting = await irc.connect();
  const stopped = irc.server.shutdown({ graceMs: 5_000 });
  for (const client of [ann!, bob!, waiting]) {
    while (!client.transport.writeClosed) await irc.clock.advance(0);
    assertEquals(client.news(), ["ERROR :Closing link: 10.0.0.1 (Server shutting down)"]);
    client.transport.finish();
  }
  assertEquals(await stopped, { drained: 3, cut: 0 });
  assertEquals(irc.network.counts, { users: 0, unknown: 0, channels: 0 });
  assertEquals(irc.events.slice(-2).map((event) => event.type === "left" && event.reason), [
    "Server shutting down",
    "Server shutting down",
  ]);
});

Deno.test("a client is slowed down and loses nothing when it sends faster than its rate", async () => {
  await using irc = new TestNetwork({ rate: { messagesPerSecond: 4 } });
  const ann = await irc.register("ann");
  await irc.clock.advance(1_000);
  assertEquals((await ann.say(...Array<string>(7).fill("PING x"))).length, 5);
  await irc.clock.advance(250);
  assertEquals(ann.news().length, 1);
  await irc.clock.advance(250);
  assertEquals(ann.news().length, 1);
});

Deno.test("a client is slowed down when it names more targets than it may in a second", async () => {
  await using irc = new TestNetwork({ limits: { maxTargetsPerSecond: 10 } });
  const ann = await irc.register("ann");
  const names = (count: number) => Array.from({ length: count }, (_, at) => `#c${at}`).join(",");
  assertEquals((await ann.say(`JOIN ${names(11)}`, "PING x")).at(-1), ":irc.test PONG irc.test x");
  await irc.clock.advance(10_000);
  assertEquals(
    (await ann.say(`PART ${names(11)}`, `JOIN ${names(2)}`, "PING y")).at(-1),
    ":irc.test 366 ann #c1 :End of NAMES",
  );
  await irc.clock.advance(99);
  assertEquals(ann.news(), []);
  await irc.clock.advance(1);
  assertEquals(ann.news(), [":irc.test PONG irc.test y"]);
});

Deno.test("a client is slowed down when many masks are compared for it", async () => {
  await using irc = new TestNetwork({ limits: { maxTargetsPerSecond: 1, maxMasks: 20 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  for (let count = 0; count < 20; count++) await ann!.say(`MODE #a +b x${count}`);
  bob!.news();
  // Twenty masks are two targets, of which one is free; what was looked at is not looked at again.
  await bob!.say("PRIVMSG #a :one", "PRIVMSG #a :two", "PRIVMSG #a :three");
  assertEquals(ann!.news().filter((line) => line.includes("PRIVMSG")).length, 1);
  await irc.clock.advance(1_000);
  assertEquals(ann!.news().length, 2);
});

Deno.test("a client that waits because it asked for much ends at once when the server shuts down", async () => {
  await using irc = new TestNetwork({ limits: { maxTargetsPerSecond: 1 } });
  const ann = await irc.register("ann");
  await ann.say("LIST");
  const stopped = irc.server.shutdown({ graceMs: 5_000 });
  while (!ann.transport.writeClosed) await irc.clock.advance(0);
  assertEquals(ann.news(), ["ERROR :Closing link: 10.0.0.1 (Server shutting down)"]);
  ann.transport.finish();
  assertEquals(await stopped, { drained: 1, cut: 0 });
});

Deno.test("a quit reason is cut where it is too long", async () => {
  await using irc = new TestNetwork({ limits: { maxReasonBytes: 10 } });
  const [ann, bob] = await irc.inChannel("#a", "ann", "bob");
  await ann!.say("QUIT :123é");
  assertEquals(bob!.news(), [":ann!~ann@10.0.0.1 QUIT :Quit: 123"]);
});
