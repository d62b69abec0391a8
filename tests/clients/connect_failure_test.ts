import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { ClientOptions } from "../../cli/mod.ts";
import { connectFiles } from "../../clients/files.ts";
import { connectGreeting } from "../../clients/greeting.ts";
import { connectReverse } from "../../clients/reverse.ts";
import { connectTalkback } from "../../clients/talkback.ts";
import { onNode } from "../runtime.ts";

const CONNECT = { connectFiles, connectGreeting, connectReverse, connectTalkback };

for (const [name, connect] of Object.entries(CONNECT)) {
  Deno.test({
    name:
      `${name}() closes what it opened when the name is none for TLS (needs a TLS that looks at names)`,
    ignore: onNode,
    async fn() {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      // For the system it is an address; for TLS it is neither an address nor a name.
      const options: ClientOptions = { hostname: "127.1", port, tls: { caCerts: [] } };
      const calling = assertRejects(() => connect(options), TypeError);
      using peer = await listener.accept();
      assertEquals(await peer.read(new Uint8Array(1)), null);
      await calling;
    },
  });

  Deno.test(`${name}() refuses a Unix socket beside what only the network has`, () => {
    const options: ClientOptions = { unix: "a.sock", tls: { caCerts: [] } };
    const error = assertThrows(() => connect(options), TypeError);
    assertEquals(error.message, "Cannot use unix with tls: a Unix socket has none");
  });
}
