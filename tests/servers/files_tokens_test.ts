// Wrong tokens at the files server, through its real command line.

import { assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../contract/folder.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { runClient, startServer } from "../cli/in_process.ts";

const GUESSES = 25;

Deno.test("files server counts wrong tokens in one line when many come, and takes the right one still", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/hello.txt`;
    await Deno.writeTextFile(file, "hello");
    await using inbox = await InboxFolder.make();
    await using server = await startServer("files", { args: inbox.args("--token", "open sesame") });
    const { port } = server;
    const send = (token: string) => runClient("files", { port, args: ["--token", token, file] });
    for (let guess = 0; guess < GUESSES; guess++) {
      const { code, stderr } = await send(`guess ${guess}`);
      assertEquals(code, 1);
      assertMatch(stderr, /token/);
    }
    assertEquals((await send("open sesame")).code, 0);
    server.stop();
    assertEquals(await server.ended, 0);
    const lines = server.stderr.text.split("\n");
    const about = (pattern: RegExp) => lines.filter((line) => pattern.test(line));
    assertEquals(about(/failed: .*another token/).length, 19);
    assertEquals(about(/ connected$/).length, 20);
    const counted = about(/^127\.0\.0\.1 gave .* at most 20 a second are looked at$/);
    assertEquals(counted.map((line) => line.replace(/ in \d+ m?s;.*/, "")), [
      "127.0.0.1 gave 20 wrong tokens",
      "127.0.0.1 gave 5 wrong tokens",
    ]);
    assertMatch(server.stdout.text, /^hello\.txt /);
  });
});
