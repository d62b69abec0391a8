import { assert, assertEquals, assertLess } from "@std/assert";
import { LimitError } from "../../mod.ts";
import { serveTalkback } from "../../servers/talkback.ts";
import { startServer as spawnServer } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, connectResetting, type Peer } from "../cli/peer.ts";
import { EventLog } from "../net/event_log.ts";
import { turns } from "../../testing/turns.ts";
import { canSeeMemory, memoryOf } from "./memory.ts";

const MIB = 1024 ** 2;

async function connectWelcomed({ port }: { port: number }): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.lines(3);
  return peer;
}

async function assertServed(peer: Peer, line = "still served"): Promise<void> {
  await peer.send(`${line}\n`);
  assertEquals(await peer.line(), `You said '${line}'.`);
}

for (const [what, sent] of [["at once", ""], ["in the middle of a line", "half a li"]] as const) {
  Deno.test(`talkback serves others when a client resets ${what}`, async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    await using other = await connectWelcomed(server);
    const resetting = await connectResetting(server.port);
    if (sent !== "") resetting.write(sent);
    resetting.once("data", () => resetting.resetAndDestroy());
    await server.stderr.until(/^#1 .* failed: .*the peer reset the connection$/m);
    await server.stderr.until(/^#1 .* closed$/m);
    await assertServed(other);
    await using next = await connectWelcomed(server);
    await assertServed(next);
  });
}

Deno.test("talkback serves others when 100 clients reset while it answers them", async () => {
  await using server = await startServer("talkback");
  await using other = await connectWelcomed(server);
  for (let client = 1; client <= 100; client++) {
    const resetting = await connectResetting(server.port);
    resetting.on("error", () => {});
    resetting.write("x\n".repeat(1000));
    resetting.once("data", () => resetting.resetAndDestroy());
    await new Promise((resolve) => resetting.once("close", resolve));
  }
  await server.stderr.until(/^#100 .* closed$/m);
  await assertServed(other);
});

Deno.test("talkback serves others between the bytes when a client sends one at a time", async () => {
  await using server = await startServer("talkback", { args: ["--trace"] });
  await using slow = await connectWelcomed(server);
  await using other = await connectWelcomed(server);
  for (const [at, byte] of new TextEncoder().encode("slow é\r\n").entries()) {
    await slow.send(Uint8Array.of(byte));
    await server.stderr.until(new RegExp(`#0 <- read ${at + 1}: 1 byte`));
    await assertServed(other);
  }
  assertEquals(await slow.line(), "You said 'slow é'.");
});

for (
  const [name, complaint] of [
    ["talkback", /^That line is too long: .*at least \d+ bytes exceed maxLineBytes 8192\.$/],
    ["reverse", /^Cannot decode line: at least \d+ bytes exceed maxLineBytes 65536$/],
    ["greeting", /^That was too long for me\.$/],
  ] as const
) {
  Deno.test(`${name} says so once in little memory when a client sends 10 MiB without a newline`, async () => {
    // On a busy machine the flood may halt for longer than the gap that ends a message.
    const args = name === "reverse" ? ["--gap", "1m"] : [];
    await using server = await spawnServer(name, { args });
    await using other = await connectPeer(server.port);
    const before = canSeeMemory ? await memoryOf(server.pid) : 0;
    await using flood = await connectPeer(server.port);
    const greeting = { talkback: 3, reverse: 0, greeting: 1 }[name];
    await flood.lines(greeting);
    const chunk = new Uint8Array(64 * 1024).fill(97);
    for (let sent = 0; sent < 10 * MIB; sent += chunk.length) {
      try {
        await flood.send(chunk);
      } catch {
        // Greeting reads the rest of a message that is too long for a moment only.
        assertEquals(name, "greeting");
        break;
      }
    }
    assert(complaint.test(await flood.line() ?? ""));
    if (canSeeMemory) assertLess(await memoryOf(server.pid) - before, 64 * MIB);
    if (name !== "greeting") {
      await flood.send("\nback\n");
      assertEquals(await flood.line(), name === "reverse" ? "kcab" : "You said 'back'.");
    }
    await other.send("hello\n");
    await other.until({ talkback: /You said 'hello'/, reverse: /olleh/, greeting: /heard/ }[name]);
  });
}

Deno.test("talkback holds little memory and serves others when a client stops reading", async () => {
  await using server = await spawnServer("talkback");
  await using other = await connectWelcomed(server);
  const before = canSeeMemory ? await memoryOf(server.pid) : 0;
  await using deaf = await connectPeer(server.port);
  // It asks for much more than sockets hold, so that sending stands still when the server stops reading.
  const asking = deaf.send(`${"x".repeat(8000)}\n`.repeat(64 * MIB / 8001)).catch(() => {});
  for (let round = 0; round < 200; round++) await assertServed(other, `round ${round}`);
  if (canSeeMemory) assertLess(await memoryOf(server.pid) - before, 128 * MIB);
  deaf.close();
  await asking;
  await server.stderr.until(/^#1 .* closed$/m);
  await assertServed(other);
});

Deno.test("talkback --chat closes a client by its limit when it never reads what others say", async () => {
  const log = new EventLog();
  await using server = serveTalkback({
    port: 0,
    chat: true,
    limits: { maxQueuedBytes: MIB },
    onEvent: log.onEvent,
  });
  const port = "port" in server.addr ? server.addr.port : 0;
  await using _deaf = await connectPeer(port);
  while (server.connections.size === 0) await turns(1);
  await using loud = await connectWelcomed({ port });
  // Others are shown each control character as four, so that the limit is reached soon.
  const line = "\x01".repeat(8000);
  while (!log.events.some((event) => event.type === "closed" && event.id === 0)) {
    await loud.send(`${line}\n`.repeat(20));
    await loud.lines(20);
  }
  const { id, error } = await log.waitFor("failed");
  assert(id === 0 && error instanceof LimitError, String(error));
  assertEquals([error.limit, error.max], ["maxQueuedBytes", MIB]);
  await assertServed(loud);
});

Deno.test("talkback serves a further client when 1,000 have sent half a line", async () => {
  // Both ends in one process would need twice as many open files.
  await using server = await spawnServer("talkback");
  await using stack = new AsyncDisposableStack();
  for (let client = 0; client < 1_000; client++) {
    const half = stack.use(await connectPeer(server.port));
    await half.send("hal");
  }
  await server.stderr.until(/^#999 .* connected$/m);
  await using peer = await connectWelcomed(server);
  await assertServed(peer);
});
