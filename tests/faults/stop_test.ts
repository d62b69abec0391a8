import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { DEFAULT_DEADLINES } from "../../net/mod.ts";
import type { OverNetwork, ServerOptions } from "../../cli/mod.ts";
import { serveReverse } from "../../servers/reverse.ts";
import { serveTalkback } from "../../servers/talkback.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { startServer as spawnServer } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer } from "../cli/peer.ts";
import { stateOf, turns } from "../../testing/turns.ts";

const FAREWELL = "The server is shutting down. Goodbye!\n";

/** Far more than any socket holds of what a server answers. */
const ASKED = `${"x".repeat(8000)}\n`.repeat(4000);

Deno.test("talkback answers all 200 lines of each client when it is stopped among them", async () => {
  await using server = await startServer("talkback");
  await using stack = new AsyncDisposableStack();
  const peers = [];
  for (let client = 0; client < 10; client++) {
    const peer = stack.use(await connectPeer(server.port));
    await peer.lines(3);
    peers.push(peer);
  }
  const said = Array.from({ length: 200 }, (_, at) => `line ${at}`);
  const bytes = said.map((line) => `${line}\n`).join("");
  // What a send has returned from is with the server's system: received, and read at most in part.
  await Promise.all(peers.map((peer) => peer.send(bytes)));
  server.stop();
  const answers = said.map((line) => `You said '${line}'.\n`).join("") + FAREWELL;
  for (const peer of peers) assertEquals(await peer.rest(), answers);
  for (const peer of peers) peer.close();
  assertEquals(await server.ended, 0);
  assertMatch(server.stderr.text, /\ntalkback stopped: 10 clients finished\n$/);
});

Deno.test("reverse answers 200 messages when it is stopped among them", async () => {
  await using server = await startServer("reverse", { args: ["--gap", "1h"] });
  await using peer = await connectPeer(server.port);
  await peer.send("abc\n");
  await peer.line();
  const messages = Array.from({ length: 200 }, (_, at) => `${"x".repeat(at)}y`);
  await peer.send(messages.map((message) => `${message}\n`).join(""));
  server.stop();
  assertEquals(
    await peer.rest(),
    messages.map((message) => `y${"x".repeat(message.length - 1)}\n`).join(""),
  );
  peer.close();
  assertEquals(await server.ended, 0);
  assertMatch(server.stderr.text, /\nreverse stopped: 1 client finished\n$/);
});

const SERVERS = {
  serveTalkback: (options: ServerOptions & OverNetwork) => serveTalkback(options),
  serveReverse: (options: ServerOptions & OverNetwork) => serveReverse(options),
};

for (const [name, serve] of Object.entries(SERVERS)) {
  Deno.test(`${name}() cuts a client after graceMs when it never reads`, async () => {
    const clock = new FakeClock();
    await using server = serve({ port: 0, clock, deadlines: { graceMs: 2000 }, onEvent() {} });
    const port = "port" in server.addr ? server.addr.port : 0;
    await using good = await connectPeer(port);
    await good.send("hello\n");
    await good.until(/hello|olleh/);
    await using deaf = await connectPeer(port);
    const asking = deaf.send(ASKED).catch(() => {});
    while (([...server.connections][1]?.bytesReceived ?? 0) < 20 * 8001) await turns(1);
    const stopped = server.shutdown();
    await good.rest();
    good.close();
    while (server.connections.size > 1) await turns(1);
    await clock.advance(1999);
    assertEquals(await stateOf(stopped), "pending");
    await clock.advance(1);
    assertEquals(await stopped, { drained: 1, cut: 1 });
    deaf.close();
    await asking;
  });
}

Deno.test("a server cuts a client sooner when --grace says so", async () => {
  await using server = await startServer("talkback", { args: ["--grace", "1ms"] });
  await using deaf = await connectPeer(server.port);
  const asking = deaf.send(ASKED).catch(() => {});
  await server.stdout.until(/(#0 said: .*\n){20}/);
  const before = performance.now();
  server.stop();
  assertEquals(await server.ended, 0);
  assertLess(performance.now() - before, DEFAULT_DEADLINES.graceMs);
  assertMatch(server.stderr.text, /\ntalkback stopped: 1 client was cut off\n$/);
  deaf.close();
  await asking;
});

Deno.test("a server ends at once with 130 when SIGINT follows SIGTERM", async () => {
  await using server = await spawnServer("talkback", { args: ["--grace", "1h"] });
  await using deaf = await connectPeer(server.port);
  const asking = deaf.send(ASKED).catch(() => {});
  await server.stdout.until(/(#0 said: .*\n){20}/);
  server.signal("SIGTERM");
  await server.stderr.until(/^talkback stopping; a second SIGTERM ends it at once$/m);
  server.signal("SIGINT");
  assertEquals(await server.ended, 130);
  deaf.close();
  await asking;
});
