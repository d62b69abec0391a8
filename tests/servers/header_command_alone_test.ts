import { assert, assertEquals, assertMatch } from "@std/assert";
import { asTheHeaderSays, Child } from "../cli/child.ts";
import { connectPeer, isFree } from "../cli/peer.ts";
import { tcpPrograms } from "../cli/tcp_programs.ts";
import { ROOT } from "../runtime.ts";

/** What the files server makes where it runs. */
const INBOX = new URL("inbox", ROOT);

for (const { name, defaultPort } of tcpPrograms("server")) {
  Deno.test(`${name} server runs by its header's command, and stops with 0 when it gets SIGTERM`, {
    ignore: !isFree(defaultPort),
  }, async () => {
    const hadInbox = await isThere(INBOX);
    await using server = new Child(asTheHeaderSays(`servers/${name}.ts`));
    await server.stderr.until(new RegExp(`^${name} listening on 127\\.0\\.0\\.1:${defaultPort}\n`));
    await using peer = await connectPeer(defaultPort);
    await peer.send("x\n");
    assert(await peer.line() !== undefined);
    peer.close();
    await server.stderr.until(/ closed\n/);
    server.signal("SIGTERM");
    assertEquals(await server.ended, 0);
    assertMatch(
      server.stderr.text,
      new RegExp(
        `\n${name} stopping; a second SIGTERM ends it at once\n` +
          `${name} stopped\n$`,
      ),
    );
    assertEquals(await isThere(INBOX), hadInbox || name === "files");
    if (!hadInbox && name === "files") await Deno.remove(INBOX);
  });
}

async function isThere(path: URL): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
