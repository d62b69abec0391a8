import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../cli/child.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";
import { onNode } from "../runtime.ts";

/** Deno raises its soft limit of open files to the hard one, so this lowers both. */
const FEW_FILES = ["sh", "-c", 'ulimit -n 40; exec "$0" "$@"'];

// Node closes such a connection by itself, and tells nobody.
Deno.test(
  "talkback reports it and serves again when there are no more open files (needs accept to fail)",
  {
    ignore: onNode || Deno.build.os === "windows",
  },
  async () => {
    await using server = await startServer("talkback", { via: FEW_FILES });
    const peers: Peer[] = [];
    await using stack = new AsyncDisposableStack();
    for (let client = 0; client < 60; client++) {
      peers.push(stack.use(await connectPeer(server.port)));
    }
    await server.stderr.until(/^Cannot accept connections: .*; next try in \d+ ms$/m);
    const [first] = peers;
    await first?.send("still here\n");
    await first?.until(/You said 'still here'\.\n$/);
    assertEquals(/^#\d+ .* failed: .*$/m.exec(server.stderr.text), null);
    for (const peer of peers) peer.close();
    await server.stderr.until(/^#0 .* closed$/m);
    await using next = await connectPeer(server.port);
    await next.send("and I?\n");
    await next.until(/You said 'and I\?'\.\n$/);
    server.signal("SIGTERM");
    await next.rest();
    next.close();
    assertEquals(await server.ended, 0);
    assertMatch(server.stderr.text, /Too many open files/);
  },
);
