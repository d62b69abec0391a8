import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { connectTcp } from "../../net/connect_tcp.ts";
import { rejectionOf } from "../../testing/turns.ts";
import { freePort } from "../contract/free_port.ts";
import { onNode } from "../runtime.ts";

const hostname = "127.0.0.1";

Deno.test("connectTcp() connects, and leaves its signal alone afterwards", async () => {
  using listener = Deno.listen({ hostname, port: 0 });
  const stop = new AbortController();
  using conn = await connectTcp({ hostname, port: listener.addr.port, signal: stop.signal });
  using peer = await listener.accept();
  stop.abort();
  await conn.write(new Uint8Array(1));
  assertEquals(await peer.read(new Uint8Array(9)), 1);
});

Deno.test("connectTcp() rejects with the signal's reason, before and while it connects", async () => {
  using listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const reason = new Error("enough");
  assertStrictEquals(
    await rejectionOf(connectTcp({ hostname, port, signal: AbortSignal.abort(reason) })),
    reason,
  );
  const stop = new AbortController();
  const connecting = connectTcp({ hostname, port, signal: stop.signal });
  stop.abort(reason);
  assertStrictEquals(await rejectionOf(connecting), reason);
});

Deno.test("connectTcp() rejects with the system's error when nobody listens", async () => {
  const { signal } = new AbortController();
  const error = await rejectionOf(connectTcp({ hostname, port: freePort(), signal }));
  assert(error instanceof Deno.errors.ConnectionRefused);
});

Deno.test(
  "connectTcp() closes the connection that stands just when its signal is aborted (needs a Deno to change)",
  {
    ignore: onNode,
  },
  async () => {
    using listener = Deno.listen({ hostname, port: 0 });
    const stop = new AbortController();
    const { connect } = Deno;
    let made: Deno.Conn | undefined;
    // As Deno's own does, which looks at the signal once more behind the connect.
    const late = async (options: Deno.ConnectOptions) => {
      made = await connect({ hostname, port: options.port });
      stop.abort();
      options.signal?.throwIfAborted();
      return made;
    };
    try {
      Object.assign(Deno, { connect: late });
      const { port } = listener.addr;
      await rejectionOf(connectTcp({ hostname, port, signal: stop.signal }));
    } finally {
      Object.assign(Deno, { connect });
    }
    using peer = await listener.accept();
    assertEquals(await peer.read(new Uint8Array(1)), null);
  },
);
