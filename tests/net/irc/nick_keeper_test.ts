import { assertEquals, assertInstanceOf } from "@std/assert";
import { ProtocolError } from "../../../codec/errors.ts";
import type { IrcClient } from "../../../net/irc/irc_client.ts";
import type { ConnectIrcOptions } from "../../../net/irc/options.ts";
import { rejectionOf } from "../../../testing/turns.ts";
import { PlayedServer, received } from "./played_server.ts";

/** Lets a client in whose nickname is somebody's. */
async function second(
  server: PlayedServer,
  options: Partial<ConnectIrcOptions> = {},
  nick = "ann_",
): Promise<IrcClient> {
  const connecting = server.connect({
    pace: { everyMs: 0 },
    deadlines: { pingMs: Infinity },
    ...options,
  });
  await server.heard();
  await server.say(":irc 433 * ann :In use");
  await server.welcome({ nick });
  const client = await connecting;
  await received(client);
  return client;
}

for (const line of [":Ann!x@h QUIT :bye", ":Ann!x@h NICK other"]) {
  Deno.test(`IrcClient takes its nickname when it hears ${line}`, async () => {
    const server = new PlayedServer();
    const client = await second(server);
    await server.say(":bob!x@h QUIT :bye", line);
    assertEquals(await server.heard(), ["NICK ann"]);
    await server.say(":ann_!a@h NICK ann");
    assertEquals(client.nick, "ann");
    assertEquals((await received(client)).at(-1), "NICK ann");
    await server.clock.advance(1e6);
    assertEquals([await server.heard(), server.clock.pending], [[], 0]);
    client.abort();
  });
}

Deno.test("IrcClient looks every nickRetryMs whether its nickname is free, and keeps that to itself", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await server.clock.advance(59_999);
  assertEquals(await server.heard(), []);
  await server.clock.advance(1);
  assertEquals(await server.heard(), ["ISON ann"]);
  await server.say(":irc 303 ann_ :Ann ");
  await server.clock.advance(60_000);
  assertEquals(await server.heard(), ["ISON ann"]);
  await server.say(":irc 303 ann_ :");
  assertEquals(await server.heard(), ["NICK ann"]);
  await server.say(":irc 433 ann_ ann :In use");
  assertEquals(await received(client), []);
  // An answer that somebody else has asked for is theirs.
  await server.say(":irc 303 ann_ :bob", ":irc 433 ann_ bob :In use");
  assertEquals(await received(client), ["303 ann_ bob", "433 ann_ bob In use"]);
  client.abort();
});

Deno.test("IrcClient asks again for its nickname when no answer came for three looks", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await server.clock.advance(3 * 60_000);
  assertEquals(await server.heard(), ["ISON ann"]);
  await server.clock.advance(60_000);
  assertEquals(await server.heard(), ["ISON ann"]);
  client.abort();
});

Deno.test("IrcClient asks at the next look when the server has too much to do", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await server.clock.advance(60_000);
  await server.say(":irc 263 ann_ ISON :Please wait", ":irc 263 ann_ LIST :Please wait");
  assertEquals(await received(client), ["263 ann_ LIST Please wait"]);
  await server.clock.advance(60_000);
  assertEquals(await server.heard(), ["ISON ann", "ISON ann"]);
  // An answer about others was asked for by somebody else.
  await server.say(":irc 303 ann_ :bob", ":irc 303 ann_ :ann bob", ":irc 303 ann_ :ann");
  assertEquals(await received(client), ["303 ann_ bob", "303 ann_ ann bob"]);
  client.abort();
});

Deno.test("IrcClient asks for its nickname at a later look when the question could not wait to be sent", async () => {
  const server = new PlayedServer();
  const options = { pace: { burst: 1, everyMs: 100_000 }, limits: { maxQueuedMessages: 1 } };
  const client = await second(server, options);
  for (let count = 0; count < 2; count++) void client.say("bob", "hi");
  await server.clock.advance(60_000);
  assertEquals(await server.heard(), ["PRIVMSG bob :hi"]);
  await server.clock.advance(200_000);
  assertEquals(await server.heard(), ["PRIVMSG bob :hi", "ISON ann"]);
  client.abort();
});

Deno.test("IrcClient asks once for its nickname when the question waits to be sent", async () => {
  const server = new PlayedServer();
  const client = await second(server, { pace: { burst: 1, everyMs: 1e6 } });
  void client.say("bob", "hi");
  await server.clock.advance(240_000);
  assertEquals(client.queuedMessages, 1);
  client.abort();
});

Deno.test("IrcClient still wants its first nickname when the server refuses another that it was told to take", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await client.changeNick("bea");
  // Until that is answered it takes none: the user's wish would be overruled.
  await server.say(":ann!x@h QUIT :bye");
  assertEquals(await server.heard(), ["NICK bea"]);
  await server.say(":irc 433 ann_ bea :In use");
  await server.clock.advance(60_000);
  await server.say(":irc 303 ann_ :");
  assertEquals(await server.heard(), ["ISON ann", "NICK ann"]);
  client.abort();
});

Deno.test("IrcClient tells the user of the refusal of a nickname that it has tried itself before", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await server.say(":ann!x@h QUIT :bye");
  assertEquals(await server.heard(), ["NICK ann"]);
  await server.say(":irc 438 ann_ ann :Too fast");
  await client.changeNick("ann");
  await server.say(":irc 433 ann_ ann :In use");
  assertEquals(await received(client), [
    "QUIT bye",
    "438 ann_ ann Too fast",
    "433 ann_ ann In use",
  ]);
  client.abort();
});

Deno.test("IrcClient keeps its second nickname when it is told so behind a wish that is refused", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await client.changeNick("bob");
  await client.changeNick("ann_");
  await server.heard();
  await server.say(":irc 433 ann_ bob :In use", ":ann!x@h QUIT :bye");
  await server.clock.advance(1e6);
  assertEquals(await server.heard(), []);
  client.abort();
});

Deno.test("IrcClient can say something while a nickname is asked for that no server gives", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await client.changeNick("x".repeat(480));
  await client.say("bob", "hello");
  assertEquals((await server.heard()).at(-1), "PRIVMSG bob :hello");
  client.abort();
});

Deno.test("IrcClient keeps its second nickname when it is told to", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await client.changeNick("ann_");
  await server.heard();
  await server.say(":ann!x@h QUIT :bye");
  await server.clock.advance(1e6);
  assertEquals(await server.heard(), []);
  client.abort();
});

Deno.test("IrcClient counts the nickname that it may get back when it cuts text", async () => {
  const server = new PlayedServer();
  const nick = "a-long-nickname";
  const client = await second(server, { nick, alternatives: ["b"] }, "b");
  await server.say(":b!a@h JOIN #a");
  await client.say("#a", "x".repeat(900));
  const [line = ""] = await server.heard();
  assertEquals(`:${nick}!a@h ${line}\r\n`.length, 512);
  client.abort();
});

Deno.test("IrcClient still wants its nickname when it was told to take one that cannot be sent", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  assertInstanceOf(await rejectionOf(client.changeNick("a\nb")), ProtocolError);
  await server.say(":ann!x@h QUIT :bye");
  assertEquals(await server.heard(), ["NICK ann"]);
  client.abort();
});

Deno.test("IrcClient wants its first nickname no more when it is called otherwise", async () => {
  for (const isAsked of [true, false]) {
    const server = new PlayedServer();
    const client = await second(server);
    if (isAsked) await client.changeNick("bea");
    await server.heard();
    await server.say(":ann_!a@h NICK bea", ":ann!x@h QUIT :bye");
    await server.clock.advance(1e6);
    assertEquals([await server.heard(), server.clock.pending], [[], 0]);
    client.abort();
  }
});

Deno.test("IrcClient looks for no nickname when it has the one that it wants", async () => {
  const server = new PlayedServer();
  const client = await server.welcomed({ deadlines: { pingMs: Infinity } });
  await server.say(":ann!x@h QUIT :bye");
  await server.clock.advance(1e6);
  assertEquals(await server.heard(), []);
  client.abort();
});
