import { assert, assertEquals } from "@std/assert";
import { Child, installed, programCommand } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer } from "../cli/peer.ts";

const ignore = !installed("script");

/** The client on a terminal of its own. */
function onTerminal(port: number, args: readonly string[] = []): Child {
  const command = programCommand("clients/talkback.ts", { port, args });
  const typed = command.map((word) => `'${word}'`).join(" ");
  return new Child(["script", "-qec", typed, "/dev/null"]);
}

Deno.test(
  "talkback client prints above what is half typed when it runs on a terminal (needs script)",
  {
    ignore,
  },
  async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    await using client = onTerminal(server.port);
    await client.stdout.until(/type 'shutdown'\./);
    await client.type("half");
    await client.stdout.until(/half/);
    await using other = await connectPeer(server.port);
    await other.send("from another\n");
    // What is half typed is written again below what arrived.
    // deno-lint-ignore no-control-regex
    await client.stdout.until(/\r\x1b\[K1: from another\r\n(\x1b\[\d*[GJ])*half/);
    await client.type(" line\r");
    await client.stdout.until(/You said 'half line'\.\r\n/);
    await client.type("quit\r");
    await client.stdout.until(/Goodbye!\r\n/);
    assertEquals(await client.ended, 0);
  },
);

for (const [what, key, code] of [["Ctrl+D", "\x04", 0], ["Ctrl+C", "\x03", 130]] as const) {
  Deno.test(
    `talkback client ends with ${code} when ${what} is typed on a terminal (needs script)`,
    {
      ignore,
    },
    async () => {
      await using server = await startServer("talkback");
      await using client = onTerminal(server.port);
      await client.stdout.until(/type 'shutdown'\./);
      await client.type("hello\r");
      await client.stdout.until(/You said 'hello'\./);
      await client.type(key);
      assertEquals(await client.ended, code);
    },
  );
}

Deno.test("talkback client --json prints objects when it runs on a terminal (needs script)", {
  ignore,
}, async () => {
  await using server = await startServer("talkback");
  await using client = onTerminal(server.port, ["--json"]);
  await client.stdout.until(/type 'shutdown'/);
  await client.type("quit\n");
  assertEquals(await client.ended, 0);
  const [, last = ""] = /(\{[^\r\n]*Goodbye![^\r\n]*\})\r\n/.exec(client.stdout.text) ?? [];
  assertEquals(JSON.parse(last), { event: "message", message: "Goodbye!" });
  assert(!client.stdout.text.includes("\x1b"));
});

Deno.test(
  "talkback client ends with 0 when the server stops while it waits on a terminal (needs script)",
  {
    ignore,
  },
  async () => {
    await using server = await startServer("talkback");
    await using client = onTerminal(server.port);
    await client.stdout.until(/type 'shutdown'\./);
    server.stop();
    await client.stdout.until(/The server is shutting down\. Goodbye!\r\n/);
    assertEquals(await client.ended, 0);
  },
);
