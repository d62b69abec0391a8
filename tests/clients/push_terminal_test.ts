import { assertEquals } from "@std/assert";
import { type Child, programCommand } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { screenOf } from "../cli/screen.ts";
import { needsScript, onTerminal as runOnTerminal } from "../cli/terminal.ts";

const COLUMNS = 80;

/** The client on a terminal of its own. */
function onTerminal(port: number, args: readonly string[] = []): Child {
  return runOnTerminal(programCommand("clients/push.ts", { port, args }), { columns: COLUMNS });
}

Deno.test(
  "push client prints what comes above what is half typed, and ends at Ctrl+D (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("push", { args: ["--echo"] });
    await using client = onTerminal(server.port, ["--binary", "--wait", "1ms"]);
    await client.stdout.until(/Connected to .*\r\n/);
    await client.type("hi\nhalf");
    await client.stdout.until(/\(binary, 2 bytes: 68 69\)\r\n[^]*half/);
    const screen = screenOf(client.stdout.text, COLUMNS);
    assertEquals(screen.slice(-1), ["half"]);
    await client.type("\x15\x04");
    assertEquals(await client.ended, 0);
  },
);

Deno.test(
  "push client tells the server that it goes when Ctrl+C ends it (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("push", { args: ["--echo"] });
    await using client = onTerminal(server.port);
    await client.stdout.until(/Connected to .*\r\n/);
    await client.type("\x03");
    assertEquals(await client.ended, 130);
    await server.stderr.until(/^#0 closed by the client: 1001 \(going away\)$/m);
  },
);
