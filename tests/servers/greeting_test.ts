import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveGreeting } from "../../servers/greeting.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, isRefused, Peer } from "../cli/peer.ts";
import { EventLog } from "../net/event_log.ts";
import { turns } from "../../testing/turns.ts";

const testdata = new URL("../net/testdata/", import.meta.url);
const cert = Deno.readTextFileSync(new URL("cert.pem", testdata));
const key = Deno.readTextFileSync(new URL("key.pem", testdata));

const HELLO = "Hello! Say something, please.";
const HEARD = ["I heard you.", "Goodbye!"];
const MAX_MESSAGE = 8192;

Deno.test("greeting greets before the client says anything, then hears one message", async () => {
  await using server = await startServer("greeting");
  await using peer = await connectPeer(server.port);
  assertEquals(await peer.line(), HELLO);
  await peer.send("Ho\r\n");
  assertEquals(await peer.lines(2), HEARD);
  assertEquals(await peer.ending(), "polite");
  assertMatch(await server.stdout.line() ?? "", /^#0 127\.0\.0\.1:\d+ said: Ho$/);
});

Deno.test("greeting hears the first message alone when a client says more", async () => {
  await using server = await startServer("greeting");
  await using peer = await connectPeer(server.port);
  await peer.send(`0\n${"more\n".repeat(100_000)}`);
  await peer.finish();
  assertEquals(await peer.rest(), [HELLO, ...HEARD, ""].join("\n"));
  // What was not heard is still read, or a reset could have erased the goodbye.
  assertEquals(await peer.ending(), "polite");
  assertMatch(await server.stdout.line() ?? "", / said: 0$/);
});

Deno.test("greeting says that it heard nothing when the client is silent", async () => {
  await using server = await startServer("greeting", { args: ["--wait", "20ms"] });
  await using peer = await connectPeer(server.port);
  assertEquals(await peer.rest(), `${HELLO}\nYou said nothing.\nGoodbye!\n`);
  assertEquals(await peer.ending(), "polite");
  assertEquals(server.stdout.text, "");
});

Deno.test("greeting takes half a line for the message when the wait is over", async () => {
  const clock = new FakeClock();
  const heard: string[] = [];
  await using server = serveGreeting({
    port: 0,
    waitMs: 1000,
    clock,
    onEvent() {},
    onMessage: (_client, message) => void heard.push(message),
  });
  await using peer = await connectPeer("port" in server.addr ? server.addr.port : 0);
  assertEquals(await peer.line(), HELLO);
  await peer.send("half a li");
  while ([...server.connections][0]?.bytesReceived !== 9) await turns(1);
  await clock.advance(999);
  assertEquals(heard, []);
  await clock.advance(1);
  assertEquals(await peer.lines(2), HEARD);
  assertEquals(heard, ["half a li"]);
});

Deno.test("greeting takes half a line for the message when the client finishes sending", async () => {
  await using server = await startServer("greeting");
  await using peer = await connectPeer(server.port);
  await peer.send("no newline");
  await peer.finish();
  assertEquals(await peer.rest(), [HELLO, ...HEARD, ""].join("\n"));
  assertMatch(await server.stdout.line() ?? "", / said: no newline$/);
});

for (const bytes of [MAX_MESSAGE - 1, MAX_MESSAGE]) {
  Deno.test(`greeting hears the whole message when it has ${bytes} bytes`, async () => {
    await using server = await startServer("greeting");
    await using peer = await connectPeer(server.port);
    await peer.send(`${"x".repeat(bytes)}\n`);
    assertEquals(await peer.lines(3), [HELLO, ...HEARD]);
    assert((await server.stdout.line() ?? "").endsWith(` said: ${"x".repeat(bytes)}`));
  });
}

for (const ending of ["\n", ""]) {
  const what = ending === "" ? "no line ending" : "a line ending";
  Deno.test(`greeting refuses the message when it has 8193 bytes and ${what}`, async () => {
    await using server = await startServer("greeting");
    await using peer = await connectPeer(server.port);
    await peer.send(`${"x".repeat(MAX_MESSAGE + 1)}${ending}`);
    assertEquals(await peer.rest(), `${HELLO}\nThat was too long for me.\nGoodbye!\n`);
    assertEquals(await peer.ending(), "polite");
    assertEquals(server.stdout.text, "");
  });
}

Deno.test("greeting serves others when one client is silent", async () => {
  await using server = await startServer("greeting", { args: ["--wait", "1h"] });
  await using silent = await connectPeer(server.port);
  assertEquals(await silent.line(), HELLO);
  for (let client = 1; client <= 20; client++) {
    await using peer = await connectPeer(server.port);
    await peer.send("Ho\n");
    assertEquals(await peer.lines(3), [HELLO, ...HEARD]);
  }
  await silent.send("now I speak\n");
  assertEquals(await silent.lines(2), HEARD);
});

Deno.test("greeting --max-clients 3 closes each politely and refuses the next when three came", async () => {
  await using server = await startServer("greeting", { args: ["--max-clients", "3"] });
  for (let client = 0; client < 3; client++) {
    await using peer = await connectPeer(server.port);
    await peer.send(`I am ${client}\n`);
    assertEquals(await peer.rest(), [HELLO, ...HEARD, ""].join("\n"));
    assertEquals(await peer.ending(), "polite");
  }
  assertEquals(await server.ended, 0);
  assert(await isRefused(server.port));
  assertEquals((await server.stdout.lines(3)).map((line) => line.replace(/127\S*/, "")), [
    "#0  said: I am 0",
    "#1  said: I am 1",
    "#2  said: I am 2",
  ]);
});

Deno.test("greeting --max-clients 2 refuses the third while the first is still silent", async () => {
  const args = ["--max-clients", "2", "--wait", "1h"];
  await using server = await startServer("greeting", { args });
  await using silent = await connectPeer(server.port);
  assertEquals(await silent.line(), HELLO);
  await using second = await connectPeer(server.port);
  await second.send("Ho\n");
  assertEquals(await second.lines(3), [HELLO, ...HEARD]);
  assert(await isRefused(server.port));
  await silent.send("I was here first\n");
  assertEquals(await silent.lines(2), HEARD);
  silent.close();
  second.close();
  assertEquals(await server.ended, 0);
});

Deno.test("greeting says goodbye to a silent client when it is told to stop", async () => {
  await using server = await startServer("greeting", { args: ["--wait", "1h"] });
  await using peer = await connectPeer(server.port);
  assertEquals(await peer.line(), HELLO);
  server.stop();
  assertEquals(await peer.rest(), "You said nothing.\nGoodbye!\n");
  peer.close();
  assertEquals(await server.ended, 0);
  assertMatch(server.stderr.text, /greeting stopped: 1 client finished\n$/);
});

Deno.test("greeting shows control characters harmlessly when they are in a message", async () => {
  await using server = await startServer("greeting");
  await using peer = await connectPeer(server.port);
  await peer.send("\x1b[2J\u009b1m\x00\n");
  await peer.rest();
  assertMatch(await server.stdout.line() ?? "", / said: \\x1b\[2J\\x9b1m\\x00$/);
});

Deno.test("greeting greets one client of five over TLS when maxClients is 1, however they shake hands", async () => {
  const log = new EventLog();
  await using server = serveGreeting({
    port: 0,
    tls: { cert, key },
    maxClients: 1,
    onEvent: log.onEvent,
  });
  const { port } = server.addr;
  const greeted = async () => {
    // Who is not accepted is refused, reset or told of the end; the handshake may be over before or not.
    const conn = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [cert] });
    await using peer = new Peer(conn);
    await peer.send("Ho\n");
    return await peer.rest();
  };
  const clients = await Promise.allSettled(Array.from({ length: 5 }, greeted));
  const heard = clients.map((client) => client.status === "fulfilled" ? client.value : "");
  assertEquals(heard.filter((text) => text !== ""), [[HELLO, ...HEARD, ""].join("\n")]);
  await server.finished;
  assertEquals([server.counts.accepted, server.counts.refused], [1, 0]);
  assertEquals(log.events.map(({ type }) => type), ["opened", "closed"]);
  assert(await isRefused(port));
});

Deno.test("greeting stops accepting when limits of its caller say so", async () => {
  await using server = serveGreeting({ port: 0, onEvent: () => {}, limits: { maxAccepted: 1 } });
  await using peer = await connectPeer(server.addr.port);
  await peer.send("Ho\n");
  assertEquals(await peer.lines(3), [HELLO, ...HEARD]);
  assert(await isRefused(server.addr.port));
});
