import { assertEquals } from "@std/assert";
import { programCommand } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { screenOf } from "../cli/screen.ts";
import { needsScript, onTerminal } from "../cli/terminal.ts";
import { UdpPeer } from "../cli/udp_peer.ts";

const COLUMNS = 60;

for (
  const [what, key, expected] of [["Ctrl+D", "\x04", 0], ["Ctrl+C", "\x03", 130]] as const
) {
  Deno.test(
    `datagrams client prints above what is typed, and ends with ${expected} at ${what} (needs script)`,
    needsScript,
    async () => {
      await using server = await startServer("datagrams", { args: ["--chat"] });
      using other = new UdpPeer(server);
      await other.send("");
      await server.stdout.until(/^#0 .* sent 0 bytes\n/);
      const command = programCommand("clients/datagrams.ts", {
        port: server.port,
        args: ["--wait", "1ms"],
      });
      await using client = onTerminal(command, { columns: COLUMNS });
      await client.type("hello\r");
      assertEquals(await other.text(), "#1: hello");
      await client.type("half");
      await client.stdout.until(/half$/);
      await other.send("from \x1b[2Janother");
      await client.stdout.until(/#0: from \\x1b\[2Janother\r\n[^]*half[^\n]*$/);
      assertEquals(screenOf(client.stdout.text, COLUMNS).slice(-2), [
        "#0: from \\x1b[2Janother",
        "half",
      ]);
      if (key === "\x04") await client.type("\r");
      await client.type(key);
      assertEquals(await client.ended, expected);
    },
  );
}
