import { assertEquals, assertMatch } from "@std/assert";
import { Child, installed, programCommand } from "../cli/child.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { connectPeer } from "../cli/peer.ts";

Deno.test(
  "files server shows on a terminal what comes in, and nothing of it in a pipe (needs script)",
  { ignore: !installed("script") },
  async () => {
    for (const isTerminal of [true, false]) {
      await using inbox = await InboxFolder.make();
      const command = programCommand("servers/files.ts", {
        port: 0,
        args: inbox.args(),
        permissions: inbox.permissions,
      });
      const typed = command.map((word) => `'${word}'`).join(" ");
      const to = isTerminal ? "" : " 2>&1 | cat";
      await using server = new Child([
        "script",
        "-qec",
        `stty cols 70; ${typed}${to}`,
        "/dev/null",
      ]);
      const [, port] = await server.stdout.until(/listening on 127\.0\.0\.1:(\d+)/);
      await using peer = await connectPeer(Number(port));
      await peer.send("8::txt::hell");
      if (isTerminal) {
        await server.stdout.until(/\r {69}\r.* 4\/8 B .*received-\d{8}-\d{6}\.txt/);
      }
      await peer.send("o you");
      // On a terminal of 70 columns the digest has a line of its own.
      const digest = isTerminal ? "\\r\\n {2}sha256" : " {2}sha256";
      await server.stdout.until(new RegExp(`8 B {2}[^\\r\\n]*${digest} \\S+\\r\\n`));
      const shown = server.stdout.text.includes("\r ");
      assertEquals(shown, isTerminal);
      // What is printed begins at the beginning of a line that is clear.
      const before = isTerminal ? "\\r {69}\\r" : "\\n";
      const stored = new RegExp(`${before}received-\\d{8}-\\d{6}\\.txt {2}8 B {2}`);
      assertMatch(server.stdout.text, stored);
      await server.type("\x03");
      await server.ended;
    }
  },
);
