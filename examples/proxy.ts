// Passes bytes on, both ways: whoever calls 127.0.0.1:7070 talks to 127.0.0.1:7007.
//
//   deno run --allow-net=127.0.0.1:7070,127.0.0.1:7007 examples/proxy.ts

import { bytes, connect, serve, shutdownOnSignals } from "@parley/sockets";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 7070 });
const server = serve(listener, { codec: bytes() }, async (client) => {
  using upstream = await connect({ port: 7007, codec: bytes(), deadlines: { connectMs: 2_000 } });
  // A slow reader slows the other side down, and each end of a direction is passed on.
  await Promise.all([
    client.readable.pipeTo(upstream.writable),
    upstream.readable.pipeTo(client.writable),
  ]);
});
shutdownOnSignals(server);
await server.finished;
