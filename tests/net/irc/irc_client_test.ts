import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { LimitError, ProtocolError } from "../../../codec/errors.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import { PlayedServer, received } from "./played_server.ts";

/** Sends as much as is wanted. */
const FAST = { pace: { everyMs: 0 } } as const;

Deno.test("IrcClient sends what its calls say", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(FAST);
  await client.join("#news");
  await client.join("#in", { key: "k" });
  await client.say("#news", "good day to all");
  await client.notice("bob", "psst");
  await client.act("#news", "waves");
  await client.setTopic("#news", "all of it");
  await client.changeNick("bea");
  await client.send({ command: "WHOIS", params: ["bob"] });
  await client.part("#news");
  await client.part("#in", "so long");
  assertEquals(await server.heard(), [
    "JOIN #news",
    "JOIN #in k",
    "PRIVMSG #news :good day to all",
    "NOTICE bob :psst",
    "PRIVMSG #news :\x01ACTION waves\x01",
    "TOPIC #news :all of it",
    "NICK bea",
    "WHOIS bob",
    "PART #news",
    "PART #in :so long",
  ]);
  client.abort();
});

Deno.test("IrcClient gives the messages in their order, without PINGs", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed();
  await received(client);
  await server.say(":bob!b@h PRIVMSG ann :one", "PING x", ":bob!b@h PRIVMSG ann :two");
  const lines: string[] = [];
  for await (const { params } of client) {
    lines.push(params[1]!);
    if (lines.length === 2) break;
  }
  assertEquals(lines, ["one", "two"]);
  assertEquals(await server.heard(), ["PONG x"]);
  assertEquals(client.connected, true);
  client.abort();
});

Deno.test("IrcClient answers PINGs when nobody reads and when much waits to be sent", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ limits: { maxUnreadMessages: 5 } });
  for (let count = 0; count < 20; count++) void client.say("bob", "hi");
  for (let count = 0; count < 10; count++) await server.say(`:bob!b@h PRIVMSG ann :${count}`);
  await server.say("PING :still there?");
  assertEquals((await server.heard()).at(-1), "PONG :still there?");
  client.abort();
});

Deno.test("IrcClient reads on when messages are taken that filled it", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ limits: { maxUnreadMessages: 5 } });
  for (let count = 0; count < 30; count++) await server.say(`:bob!b@h PRIVMSG ann :${count}`);
  const lines = await received(client);
  assertEquals([lines.length, lines.at(-1)], [33, "PRIVMSG ann 29"]);
  client.abort();
});

Deno.test("IrcClient knows its nickname, its channels and what the server supports as they change", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({}, { support: "CASEMAPPING=ascii CHANTYPES=#!" });
  assertEquals(client.support.channelTypes, "#!");
  await server.say(
    ":ann!a@h JOIN #News",
    ":ann!a@h JOIN #b * :Ann",
    ":bob!b@h JOIN #c",
    ":ann!a@h NICK bea",
  );
  assertEquals([client.nick, ...client.channels], ["bea", "#News", "#b"]);
  await server.say(
    ":op!o@h KICK #news bob :out",
    ":bob!b@h PART #news",
    ":BEA!a@h PART #NEWS",
    ":op!o@h KICK #b Bea :out",
  );
  assertEquals([...client.channels], []);
  client.abort();
});

Deno.test("IrcClient ends when the server makes it keep too many channels or capabilities", async () => {
  const limits = { maxChannels: 2, maxCapabilities: 3 };
  for (const [line, limit] of [["JOIN #a,#b,#c", "maxChannels"], ["CAP x NEW :a b c d", ""]]) {
    const server = new PlayedServer();
    const client = await server.welcomed({ limits });
    await server.say(`:ann!a@h ${line}`);
    await received(client);
    const error = await rejectionOf(client.next());
    assertInstanceOf(error, LimitError);
    assertEquals(error.limit, limit || "maxCapabilities");
    assertEquals([client.closed, server.transport.closed, server.clock.pending], [true, true, 0]);
  }
});

Deno.test("IrcClient cuts long text by what stands in front of it, and the pieces are the text", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(FAST);
  const text = "word ".repeat(200).trimEnd();
  await client.say("#news", text);
  // The longest address that there can be: a user of 11 and a host of 63 bytes.
  const frame = `:ann!12345678901@${"h".repeat(63)} PRIVMSG #news :\r\n`.length;
  const unknown = await server.heard();
  const pieces = unknown.map((line) => line.slice("PRIVMSG #news :".length));
  assertEquals(pieces.join(""), text);
  assertEquals(pieces[0]!.length <= 512 - frame && pieces[0]!.length > 512 - frame - 5, true);
  await server.say(":ann!a@h JOIN #news");
  await client.say("#news", text);
  const [known = ""] = await server.heard();
  assertEquals(known.length > unknown[0]!.length, true);
  assertEquals(`:ann!a@h ${known}\r\n`.length <= 512, true);
  client.abort();
});

/** The bytes that come to others of lines that were sent, from somebody called like that. */
const bytesFrom = (nick: string, lines: readonly string[]) =>
  lines.map((line) => `:${nick}!a@h ${line}\r\n`.length);

Deno.test("IrcClient counts the nickname that it has asked for until the server has answered", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(FAST);
  await server.say(":ann!a@h JOIN #news");
  const [long, text] = ["n".repeat(30), "x".repeat(1500)];
  const said = async () => {
    await client.say("#news", text);
    return (await server.heard()).filter((line) => line.startsWith("PRIVMSG"));
  };
  const calm = await said();
  assertEquals(Math.max(...bytesFrom("ann", calm)), 512);
  await client.changeNick(long);
  assertEquals(Math.max(...bytesFrom(long, await said())), 512);
  await server.say(`:irc 433 ann ${long} :In use`);
  assertEquals(await said(), calm);
  // A NICK that is sent as it is counts too, and so does the answer that is another nickname.
  await client.send({ command: "NICK", params: [long] });
  assertEquals(Math.max(...bytesFrom(long, await said())), 512);
  await server.say(`:ann!a@h NICK ${long.slice(0, 9)}`);
  assertEquals(client.nick, long.slice(0, 9));
  assertEquals(Math.max(...bytesFrom(client.nick, await said())), 512);
  client.abort();
});

Deno.test("IrcClient counts the nickname that it asked for when that still waits, and no more when it is not sent", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ pace: { burst: 1 } });
  await server.say(":ann!a@h JOIN #news");
  const [long, text] = ["n".repeat(30), "x".repeat(900)];
  await client.say("bob", "1");
  const stop = new AbortController();
  const dropped = rejectionOf(client.changeNick(long, stop));
  const first = client.say("#news", text);
  stop.abort(new Error("enough"));
  assertEquals(String(await dropped), "Error: enough");
  const second = client.say("#news", text);
  await server.clock.advance(10_000);
  await Promise.all([first, second]);
  const lines = (await server.heard()).slice(1);
  assertEquals(bytesFrom(long, lines)[0], 512);
  assertEquals(Math.max(...bytesFrom("ann", lines)), 512);
  client.abort();
});

Deno.test("IrcClient wraps each piece of an action, and counts that", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(FAST);
  const text = "x".repeat(900);
  await client.act("#news", text);
  const lines = await server.heard();
  const around = ["PRIVMSG #news :\x01ACTION ", "\x01"] as const;
  const said = lines.map((line) => line.slice(around[0].length, -around[1].length));
  assertEquals(lines, said.map((piece) => around.join(piece)));
  assertEquals(said.join(""), text);
  const source = `:ann!12345678901@${"h".repeat(63)} `;
  assertEquals(`${source}${lines[0]}\r\n`.length, 512);
  client.abort();
});

for (
  const [what, call] of [
    ["text with a LF", (client) => client.say("#a", "hi\nQUIT")],
    ["text with a CR", (client) => client.notice("#a", "hi\rQUIT")],
    ["text with a NUL", (client) => client.act("#a", "hi\0")],
    ["text with the delimiter of CTCP", (client) => client.act("#a", "hi\x01")],
    ["empty text", (client) => client.say("#a", "")],
    ["an empty target", (client) => client.say("", "hi")],
    ["a target of two words", (client) => client.say("a b", "hi")],
    ["a target that leaves no room", (client) => client.say("x".repeat(480), "hi")],
    ["a topic with a LF", (client) => client.setTopic("#a", "hi\nQUIT")],
    ["a reason with a LF", (client) => client.part("#a", "hi\nQUIT")],
    ["a last reason with a LF", (client) => client.quit("hi\nQUIT")],
    ["a nickname with a LF", (client) => client.changeNick("ann\nQUIT")],
    ["a key with a space", (client) => client.send({ command: "JOIN", params: ["#a", "a\n"] })],
    ["a topic that is too long", (client) => client.setTopic("#a", "x".repeat(512))],
  ] as const satisfies readonly (readonly [
    string,
    (client: Awaited<ReturnType<PlayedServer["welcomed"]>>) => Promise<void>,
  ])[]
) {
  Deno.test(`IrcClient refuses ${what} at once, and stays as it is`, async () => {
    const server = new PlayedServer();
    const client = await server.welcomed();
    const error = await rejectionOf(call(client));
    assertInstanceOf(error, ProtocolError);
    assertEquals(error.side, "local");
    assertEquals([await server.heard(), client.connected], [[], true]);
    client.abort();
  });
}

for (const channel of ["news", "#a b", "#a,#b", ""]) {
  Deno.test(`IrcClient refuses to join ${JSON.stringify(channel)}`, async () => {
    const server = new PlayedServer();
    const client = await server.welcomed();
    await assertRejects(() => client.join(channel), TypeError);
    assertEquals(await server.heard(), []);
    client.abort();
  });
}

Deno.test("IrcClient sends a burst, then one message every everyMs", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed();
  const sent = Array.from({ length: 8 }, (_, at) => client.say("bob", `${at}`));
  assertEquals((await server.heard()).length, 5);
  assertEquals([await stateOf(sent[4]!), await stateOf(sent[5]!)], ["fulfilled", "pending"]);
  assertEquals(client.queuedMessages, 3);
  await server.clock.advance(1999);
  assertEquals(await server.heard(), []);
  await server.clock.advance(1);
  assertEquals(await server.heard(), ["PRIVMSG bob :5"]);
  await server.clock.advance(4000);
  assertEquals(await server.heard(), ["PRIVMSG bob :6", "PRIVMSG bob :7"]);
  await Promise.all(sent);
  // After a silence there is a burst again.
  await server.clock.advance(10_000);
  for (let count = 0; count < 9; count++) void client.say("bob", "x");
  assertEquals((await server.heard()).length, 5);
  client.abort();
});

Deno.test("IrcClient lets no more than maxQueuedMessages wait, and takes all pieces or none", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ limits: { maxQueuedMessages: 3 }, pace: { burst: 1 } });
  await client.say("bob", "1");
  for (let count = 2; count <= 3; count++) void client.say("bob", `${count}`);
  const error = await rejectionOf(client.say("bob", "x".repeat(600)));
  assertInstanceOf(error, LimitError);
  assertEquals([error.limit, error.got, error.side], ["maxQueuedMessages", 4, "local"]);
  assertEquals(client.queuedMessages, 2);
  void client.say("bob", "4");
  assertInstanceOf(await rejectionOf(client.say("bob", "5")), LimitError);
  client.abort();
});

Deno.test("IrcClient does not send what was not sent when its signal is aborted", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ pace: { burst: 1 } });
  const stop = new AbortController();
  await client.say("bob", "1");
  const failed = rejectionOf(client.say("bob", "2", { signal: stop.signal }));
  const other = client.say("bob", "3");
  stop.abort(new Error("enough"));
  assertEquals(String(await failed), "Error: enough");
  assertEquals(String(await rejectionOf(client.say("bob", "4", stop))), "Error: enough");
  await server.clock.advance(10_000);
  assertEquals(await server.heard(), ["PRIVMSG bob :1", "PRIVMSG bob :3"]);
  await other;
  client.abort();
});

Deno.test("IrcClient waits for a message until its signal is aborted, and loses none", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed();
  await received(client);
  const stop = new AbortController();
  const failed = rejectionOf(client.receive(stop));
  await assertRejects(() => client.next(), TypeError);
  stop.abort(new Error("enough"));
  assertEquals(String(await failed), "Error: enough");
  await server.say(":bob!b@h PRIVMSG ann :hi");
  assertEquals((await client.receive())?.params[1], "hi");
  assertEquals(String(await rejectionOf(client.receive(stop))), "Error: enough");
  client.abort();
});

Deno.test("IrcClient asks for a sign of life, and goes on when the server gives one", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ deadlines: { pingMs: 1000, pongMs: 500 } });
  await received(client);
  await server.clock.advance(1100);
  assertEquals(await server.heard(), ["PING sign-of-life"]);
  await server.say(":irc PONG irc :sign-of-life");
  await server.clock.advance(600);
  assertEquals(client.connected, true);
  // The answer is nobody's business, but that to others is.
  await server.say(":irc PONG irc :mine");
  assertEquals(await received(client), ["PONG irc mine"]);
  client.abort();
  await turns();
  assertEquals(server.clock.pending, 0);
});

Deno.test("IrcClient ends after pongMs when the server gives no sign of life", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ deadlines: { pingMs: 1000, pongMs: 500 } });
  await received(client);
  const failed = rejectionOf(client.next());
  await server.clock.advance(1600);
  const error = await failed;
  assertInstanceOf(error, DeadlineError);
  assertEquals([error.phase, error.ms], ["pong", 500]);
  assertEquals([client.closed, server.transport.closed], [true, true]);
  assertEquals(await rejectionOf(client.say("bob", "hi")), error);
  assertEquals(server.clock.pending, 0);
});

Deno.test("IrcClient gives what came and then fails in the server's words when that hangs up", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ pace: { burst: 1 } });
  await received(client);
  await client.say("bob", "1");
  const waiting = rejectionOf(client.say("bob", "2"));
  await server.say(":bob!b@h PRIVMSG ann :hi", "ERROR :Closing Link: (Ping \x1btimeout)");
  server.transport.finish();
  const error = await waiting;
  assertInstanceOf(error, ClosedError);
  assertEquals([error.message, error.by], [
    "Cannot go on: the server closed the connection: Closing Link: (Ping \\x1btimeout)",
    "peer",
  ]);
  assertEquals((await client.receive())?.command, "PRIVMSG");
  assertEquals((await client.receive())?.command, "ERROR");
  for (let again = 0; again < 2; again++) assertEquals(await rejectionOf(client.next()), error);
  assertEquals([client.closed, client.connected], [true, false]);
  await client.quit();
  assertEquals(server.clock.pending, 0);
});

Deno.test("IrcClient fails when the connection breaks", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed();
  await received(client);
  server.transport.reset();
  const error = await rejectionOf(client.next());
  assertInstanceOf(error, ClosedError);
  assertEquals(error.code, "connection-reset");
});

Deno.test("IrcClient quits at once, and waits until the server has ended the connection", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ pace: { burst: 1 } });
  await received(client);
  const next = client.next();
  await client.say("bob", "1");
  const waiting = rejectionOf(client.say("bob", "2"));
  const quitting = client.quit("so long");
  assertEquals(await server.heard(), ["PRIVMSG bob :1", "QUIT :so long"]);
  assertEquals(await next, { done: true, value: undefined });
  assertInstanceOf(await waiting, ClosedError);
  assertEquals(await stateOf(quitting), "pending");
  await server.say(":bob!b@h PRIVMSG ann :late", "ERROR :Closing Link: (Quit)");
  server.transport.finish();
  await quitting;
  await client.close();
  assertEquals(await client.receive(), undefined);
  assertEquals([client.closed, server.transport.closed, server.clock.pending], [true, true, 0]);
  assertInstanceOf(await rejectionOf(client.say("bob", "3")), ClosedError);
});

Deno.test("IrcClient waits no longer than quitMs when the server does not end the connection", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ limits: { maxUnreadMessages: 3 } });
  const quitting = client.close();
  assertEquals(await server.heard(), ["QUIT"]);
  await server.clock.advance(4999);
  assertEquals(server.transport.closed, false);
  await server.clock.advance(1);
  await quitting;
  assertEquals([server.transport.closed, server.clock.pending], [true, 0]);
  // What came before stays there.
  assertEquals((await client.receive())?.command, "001");
});

Deno.test("IrcClient waits no longer than quitMs when the server has stopped reading", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(FAST);
  server.transport.blockWrites();
  for (let count = 0; count < 500; count++) void client.say("bob", "x".repeat(400));
  await turns();
  const quitting = client.quit();
  await server.clock.advance(5000);
  await quitting;
  assertEquals([server.transport.closed, server.clock.pending], [true, 0]);
});

Deno.test("IrcClient quits no longer when the signal of that is aborted", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed();
  const stop = new AbortController();
  const quitting = client.quit("bye", stop);
  await turns();
  stop.abort();
  await quitting;
  assertEquals([server.transport.closed, server.clock.pending], [true, 0]);
});

Deno.test("IrcClient quits when it is disposed of", async () => {
  const server = new PlayedServer();
  {
    await using _client = await server.welcomed({ deadlines: { quitMs: 1, drainMs: 1 } });
    setImmediate(() => void server.clock.advance(10));
  }
  assertEquals(await server.heard(), ["QUIT"]);
  assertEquals(server.transport.closed, true);
});

Deno.test("IrcClient ends with the reason of its signal when that is aborted", async () => {
  const server = new PlayedServer();
  const stop = new AbortController();
  const client = await server.welcomed({ signal: stop.signal });
  await received(client);
  const failed = rejectionOf(client.next());
  stop.abort(new Error("enough"));
  assertEquals(String(await failed), "Error: enough");
  await turns();
  assertEquals([client.closed, server.transport.closed, server.clock.pending], [true, true, 0]);
});

Deno.test("IrcClient fails what waits, and is over, when it is aborted while nobody reads", async () => {
  const server = new PlayedServer();
  const limits = { maxUnreadMessages: 5 };
  const client = await server.welcomed({ limits, pace: { burst: 1, everyMs: 1e6 } });
  for (let count = 0; count < 10; count++) await server.say(`:bob!b@h PRIVMSG ann :${count}`);
  void client.say("bob", "1");
  const waiting = rejectionOf(client.say("bob", "2"));
  client.abort(new Error("enough"));
  assertEquals(String(await waiting), "Error: enough");
  assertEquals(client.closed, true);
  await turns();
  assertEquals([client.connected, server.clock.pending], [false, 0]);
});

for (const key of ["", "a,b", "a b", ":a", "a\n"]) {
  Deno.test(`IrcClient refuses to join with the key ${JSON.stringify(key)}, and does not show it`, async () => {
    const server = new PlayedServer();
    const client = await server.welcomed(FAST);
    const error = await rejectionOf(client.join("#news", { key }));
    assertInstanceOf(error, TypeError);
    assertEquals(error.message, 'Cannot join "#news": the key is no word without commas');
    assertEquals(await server.heard(), []);
    client.abort();
  });
}
