import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../cli/child.ts";
import { connectPeer } from "../cli/peer.ts";

const FAREWELL = "The server is shutting down. Goodbye!\n";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`talkback answers all 200 lines of each client when ${signal} comes among them`, async () => {
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
    server.signal(signal);
    const answers = said.map((line) => `You said '${line}'.\n`).join("") + FAREWELL;
    for (const peer of peers) assertEquals(await peer.rest(), answers);
    for (const peer of peers) peer.close();
    assertEquals(await server.ended, signal === "SIGINT" ? 130 : 0);
    assertMatch(server.stderr.text, /\ntalkback stopped: 10 drained, 0 cut\n$/);
  });
}

Deno.test("reverse answers 200 messages when SIGTERM comes among them", async () => {
  await using server = await startServer("reverse", { args: ["--gap", "1h"] });
  await using peer = await connectPeer(server.port);
  await peer.send("abc\n");
  await peer.line();
  const messages = Array.from({ length: 200 }, (_, at) => `${"x".repeat(at)}y`);
  await peer.send(messages.map((message) => `${message}\n`).join(""));
  server.signal("SIGTERM");
  assertEquals(
    await peer.rest(),
    messages.map((message) => `y${"x".repeat(message.length - 1)}\n`).join(""),
  );
  peer.close();
  assertEquals(await server.ended, 0);
  assertMatch(server.stderr.text, /\nreverse stopped: 1 drained, 0 cut\n$/);
});

for (const name of ["talkback", "reverse"]) {
  Deno.test(`${name} cuts a client after --grace when it never reads`, async () => {
    await using server = await startServer(name, { args: ["--grace", "2s", "--trace"] });
    await using good = await connectPeer(server.port);
    await good.send("hello\n");
    await good.until(/hello|olleh/);
    await using deaf = await connectPeer(server.port);
    const asking = deaf.send(`${"x".repeat(8000)}\n`.repeat(4000)).catch(() => {});
    await server.stderr.until(/#1 <- read 20:/);
    server.signal("SIGTERM");
    await good.rest();
    good.close();
    assertEquals(await server.ended, 0);
    assertMatch(server.stderr.text, new RegExp(`\n${name} stopped: 1 drained, 1 cut\n$`));
    deaf.close();
    await asking;
  });
}

for (const [first, second] of [["SIGINT", "SIGINT"], ["SIGTERM", "SIGINT"]] as const) {
  Deno.test(`a server ends at once with 130 when ${second} follows ${first}`, async () => {
    await using server = await startServer("talkback", { args: ["--grace", "1h"] });
    await using deaf = await connectPeer(server.port);
    const asking = deaf.send(`${"x".repeat(8000)}\n`.repeat(4000)).catch(() => {});
    await server.stdout.until(/(#0 said: .*\n){20}/);
    server.signal(first);
    await server.stderr.until(
      new RegExp(`^talkback stopping; a second ${first} ends it at once$`, "m"),
    );
    server.signal(second);
    assertEquals(await server.ended, 130);
    deaf.close();
    await asking;
  });
}
