import { assertEquals } from "@std/assert";
import { programCommand } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { needsScript, onTerminal } from "../cli/terminal.ts";

Deno.test(
  "reverse client says what it waits for on a terminal, and answers each line (needs script)",
  needsScript,
  async () => {
    await using server = await startServer("reverse");
    const command = programCommand("clients/reverse.ts", { port: server.port });
    await using client = onTerminal(command, { columns: 80 });
    await client.stdout.until(/^Type a message and Enter; Ctrl\+D ends\.\r\n$/);
    await client.type("one\n");
    await client.stdout.until(/one\r\neno\r\n$/);
    await client.type("two\n");
    await client.stdout.until(/two\r\nowt\r\n$/);
    await client.type("\x04");
    assertEquals(await client.ended, 0);
  },
);
