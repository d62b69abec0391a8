import { assertEquals, assertInstanceOf } from "@std/assert";
import { ProtocolError } from "../../../codec/errors.ts";
import type { IrcClient } from "../../../net/irc/irc_client.ts";
import { rejectionOf } from "../../../testing/turns.ts";
import { PlayedServer, received } from "./played_server.ts";

/** Lets a client in whose nickname is somebody's. */
async function second(server: PlayedServer): Promise<IrcClient> {
  const connecting = server.connect({ pace: { everyMs: 0 }, deadlines: { pingMs: Infinity } });
  await server.heard();
  await server.say(":irc 433 * ann :In use");
  await server.welcome({ nick: "ann_" });
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

Deno.test("IrcClient asks no second time for its nickname while the first question is not answered", async () => {
  const server = new PlayedServer();
  const client = await second(server);
  await server.clock.advance(1e6);
  assertEquals(await server.heard(), ["ISON ann"]);
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
