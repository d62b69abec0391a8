import { assertEquals, assertInstanceOf } from "@std/assert";
import { ProtocolError } from "../../../codec/errors.ts";
import type { ConnectIrcOptions, IrcClientEvent } from "../../../net/irc/options.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import { PlayedServer, received } from "./played_server.ts";

/** Connects again after half a second, then a whole one, and so on. */
const RECONNECT = { reconnect: { random: () => 1 }, pace: { everyMs: 0 } } as const;

/** Keeps what happens. */
function eventLog(): { events: string[]; options: Partial<ConnectIrcOptions> } {
  const events: string[] = [];
  const onEvent = (event: IrcClientEvent) => {
    if (event.type === "connected") events.push(`connected as ${event.nick}`);
    else if (event.type === "lost") events.push(`lost: ${event.error}`);
    else events.push(`retry ${event.attempt} in ${event.delayMs} ms: ${event.error}`);
  };
  return { events, options: { ...RECONNECT, onEvent } };
}

Deno.test("IrcClient connects again when the connection is lost, and joins its channels with their keys", async () => {
  const server = new PlayedServer();
  const { events, options } = eventLog();
  const client = await server.welcomed({ ...options, capabilities: ["batch"] });
  await client.join("#a");
  await client.join("#in", { key: "k" });
  await client.join("#gone");
  await server.say(":ann!a@h JOIN #a", ":ann!a@h JOIN #in", ":ann!a@h JOIN #gone");
  await server.say(":ann!a@h PART #gone");
  await received(client);
  server.transport.finish();
  await turns();
  assertEquals([client.connected, client.closed, [...client.channels]], [false, false, []]);
  const next = client.next();
  await server.clock.advance(500);
  assertEquals((await server.heard())[0], "CAP LS 302");
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals(await server.heard(), ["JOIN #in,#a k"]);
  assertEquals((await next).value?.command, "001");
  await server.say(":ann!a@h JOIN #in", ":ann!a@h JOIN #a");
  assertEquals([...client.channels], ["#in", "#a"]);
  assertEquals(events, [
    "connected as ann",
    "lost: ClosedError: Cannot go on: the server closed the connection",
    "retry 1 in 500 ms: undefined",
    "connected as ann",
  ]);
  // A key is kept for the next time too.
  server.transport.finish();
  await server.clock.advance(1000);
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals((await server.heard()).at(-1), "JOIN #in,#a k");
  client.abort();
  await turns();
  assertEquals(server.clock.pending, 0);
});

Deno.test("IrcClient sends over the next connection what it could not over the last one", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ ...RECONNECT, pace: { burst: 2, everyMs: 2000 } });
  await server.say(":ann!a@h JOIN #a");
  for (let count = 1; count <= 3; count++) void client.say("#a", `${count}`);
  assertEquals(await server.heard(), ["PRIVMSG #a :1", "PRIVMSG #a :2"]);
  server.transport.finish();
  await turns();
  const sent = client.say("#a", "4");
  assertEquals(await stateOf(sent), "pending");
  await server.clock.advance(500);
  await server.heard();
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals(await server.heard(), ["JOIN #a", "PRIVMSG #a :3"]);
  await server.clock.advance(2000);
  await sent;
  assertEquals(await server.heard(), ["PRIVMSG #a :4"]);
  client.abort();
});

Deno.test("IrcClient joins a channel over the next connection when it was asked for over the last one", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  await client.join("#a", { key: "k" });
  await client.join("#b");
  await client.join("#no");
  await server.say(":irc 474 ann #no :Banned");
  server.transport.finish();
  await server.clock.advance(500);
  await server.heard();
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals(await server.heard(), ["JOIN #a,#b k"]);
  client.abort();
});

Deno.test("IrcClient joins no channel over the next connection when what asked for it was not sent", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ ...RECONNECT, pace: { burst: 1 } });
  await client.say("bob", "hi");
  const stop = new AbortController();
  const failed = rejectionOf(client.join("#secret", stop));
  stop.abort(new Error("enough"));
  assertEquals(String(await failed), "Error: enough");
  server.transport.finish();
  await server.clock.advance(500);
  await server.heard();
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals(await server.heard(), []);
  client.abort();
});

Deno.test("IrcClient joins its channels over the next connection when another was asked for that cannot be sent", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  await server.say(":ann!a@h JOIN #a");
  assertInstanceOf(await rejectionOf(client.join("#\ud800")), ProtocolError);
  server.transport.finish();
  await server.clock.advance(500);
  await server.heard();
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals(await server.heard(), ["JOIN #a"]);
  client.abort();
});

Deno.test("IrcClient joins a channel once when it is asked for between two connections", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  server.transport.finish();
  await turns();
  const joined = client.join("#a", { key: "k" });
  await server.clock.advance(500);
  await server.heard();
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  await joined;
  assertEquals(await server.heard(), ["JOIN #a k"]);
  // It was not answered when this connection was lost.
  server.transport.finish();
  await server.clock.advance(1000);
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals((await server.heard()).at(-1), "JOIN #a k");
  client.abort();
});

Deno.test("IrcClient joins again with its key a channel that was joined by send", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  await client.send({ command: "JOIN", params: ["#a", "k"] });
  await server.say(":ann!a@h JOIN #a");
  server.transport.finish();
  await server.clock.advance(500);
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals((await server.heard()).at(-1), "JOIN #a k");
  client.abort();
});

Deno.test("IrcClient joins again with the key that opened a channel, and none that it was about to leave", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  await client.join("#a", { key: "good" });
  await client.join("#b");
  await server.say(":ann!a@h JOIN #a", ":ann!a@h JOIN #b");
  // The server says nothing to who is there already, and has not answered the other yet.
  await client.send({ command: "JOIN", params: ["#a", "bad"] });
  await client.part("#b");
  server.transport.finish();
  await server.clock.advance(500);
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals((await server.heard()).at(-1), "JOIN #a good");
  client.abort();
});

Deno.test("IrcClient joins again no more channels at once than the server takes", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  for (let at = 0; at < 5; at++) await server.say(`:ann!a@h JOIN #${at}`);
  server.transport.finish();
  await server.clock.advance(500);
  await server.heard();
  await server.welcome({ support: "TARGMAX=JOIN:2" });
  assertEquals(server.transport.written.split("\r\n").slice(-4), [
    "JOIN #0,#1",
    "JOIN #2,#3",
    "JOIN #4",
    "",
  ]);
  client.abort();
});

for (const alternatives of [[], ["b".repeat(20)]] as const) {
  Deno.test(`IrcClient cuts what waits for the address that it may have on the next connection with alternatives [${alternatives}]`, async () => {
    const server = new PlayedServer();
    const pace = { burst: 1, everyMs: 1000 };
    const client = await server.welcomed({ ...RECONNECT, pace, alternatives });
    await server.say(":ann!a@h JOIN #a");
    const [kept, text] = ["y".repeat(480), "x".repeat(900)];
    // What goes at once is cut for the address that is known.
    await client.say("#a", kept);
    assertEquals(await server.heard(), [`PRIVMSG #a :${kept}`]);
    const said = client.say("#a", text);
    server.transport.finish();
    await server.clock.advance(500);
    const [nick = "ann_____"] = alternatives;
    await server.say(`:irc 001 ${nick} :Welcome`, `:irc 422 ${nick} :No MOTD`);
    await server.clock.advance(10_000);
    await said;
    const lines = (await server.heard()).filter((line) => line.startsWith("PRIVMSG"));
    assertEquals(lines.map((line) => line.slice("PRIVMSG #a :".length)).join(""), text);
    const bytes = lines.map((line) => `:${nick}!12345678901@${"h".repeat(63)} ${line}\r\n`.length);
    assertEquals(Math.max(...bytes), 512);
    client.abort();
  });
}

Deno.test("IrcClient does not pile up what a lost connection would have begun with", async () => {
  const server = new PlayedServer();
  const pace = { burst: 1, everyMs: 1e6 };
  const client = await server.welcomed({ ...RECONNECT, pace });
  const channels = Array.from({ length: 30 }, (_, at) => `#${"x".repeat(40)}${at}`);
  for (const channel of channels) await server.say(`:ann!a@h JOIN ${channel}`);
  const lengths: number[] = [];
  for (const delay of [500, 1000, 2000]) {
    server.transport.finish();
    await server.clock.advance(delay);
    await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
    lengths.push(client.queuedMessages);
  }
  assertEquals(lengths, [3, 3, 3]);
  client.abort();
});

Deno.test("IrcClient asks the next server for no nickname that was somebody's on the last one", async () => {
  const server = new PlayedServer();
  const connecting = server.connect({ ...RECONNECT, pace: { burst: 1, everyMs: 1e6 } });
  await server.heard();
  await server.say(":irc 433 * ann :In use");
  await server.welcome({ nick: "ann_" });
  const client = await connecting;
  void client.say("bob", "hi");
  await server.say(":ann!x@h QUIT :bye");
  assertEquals([await server.heard(), client.queuedMessages], [["PRIVMSG bob :hi"], 1]);
  server.transport.finish();
  await server.clock.advance(500);
  await server.heard();
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals([await server.heard(), client.queuedMessages], [[], 0]);
  client.abort();
});

Deno.test("IrcClient tries again with longer waits when it cannot connect", async () => {
  const server = new PlayedServer();
  const { events, options } = eventLog();
  const client = await server.welcomed(options);
  server.failures.push(new Error("one"), new Error("two"));
  server.transport.finish();
  await server.clock.advance(500 + 1000 + 2000);
  await server.say(":irc 001 ann :Welcome", ":irc 422 ann :No MOTD");
  assertEquals(events.slice(1), [
    "lost: ClosedError: Cannot go on: the server closed the connection",
    "retry 1 in 500 ms: undefined",
    "retry 2 in 1000 ms: Error: one",
    "retry 3 in 2000 ms: Error: two",
    "connected as ann",
  ]);
  client.abort();
});

Deno.test("IrcClient tries again when its nickname is still its own ghost's, and takes it back", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  server.transport.reset();
  await server.clock.advance(500);
  await server.say(":irc 433 * ann :In use");
  await server.say(":irc 001 ann_ :Welcome", ":irc 422 ann_ :No MOTD");
  assertEquals(client.nick, "ann_");
  await server.heard();
  await server.say(":ann!a@h QUIT :Ping timeout");
  assertEquals(await server.heard(), ["NICK ann"]);
  client.abort();
});

Deno.test("IrcClient asks for the nickname that it was given last when it connects again", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  await client.changeNick("bea");
  await server.say(":ann!a@h NICK bea");
  server.transport.finish();
  await server.clock.advance(500);
  assertEquals((await server.heard())[1], "NICK bea");
  await server.say(":irc 001 bea :Welcome", ":irc 422 bea :No MOTD");
  await server.say(":bea!a@h NICK Guest17");
  server.transport.finish();
  await server.clock.advance(1000);
  assertEquals((await server.heard())[1], "NICK bea");
  client.abort();
});

Deno.test("IrcClient gives up when the server turns it down for good", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed(RECONNECT);
  await received(client);
  const failed = rejectionOf(client.next());
  server.transport.finish();
  await server.clock.advance(500);
  await server.say(":irc 465 ann :You are banned");
  const error = await failed;
  assertInstanceOf(error, ProtocolError);
  assertEquals(error.code, "banned");
  await turns();
  assertEquals([client.closed, server.clock.pending], [true, 0]);
});

Deno.test("IrcClient quits between two connections, and while one is made", async () => {
  for (const isCalling of [false, true]) {
    const server = new PlayedServer();
    const client = await server.welcomed(RECONNECT);
    server.transport.finish();
    if (isCalling) await server.clock.advance(500);
    await turns();
    await client.quit();
    assertEquals([client.closed, server.transport.closed, server.clock.pending], [true, true, 0]);
    await received(client);
    assertEquals(await client.receive(), undefined);
  }
});

Deno.test("IrcClient connects no more when it has quit", async () => {
  const server = new PlayedServer();
  const { events, options } = eventLog();
  const client = await server.welcomed(options);
  const quitting = client.quit();
  await turns();
  server.transport.finish();
  await quitting;
  assertEquals([events, server.transports.length], [["connected as ann"], 1]);
  assertEquals(server.clock.pending, 0);
});
