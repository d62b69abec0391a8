// Answers each line in capitals, for many clients at once.
//
//   deno run --allow-net=127.0.0.1:7007 examples/shout.ts

import { lines, serve, shutdownOnSignals } from "@parley/sockets";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 7007 });
const server = serve(listener, { codec: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase());
});
shutdownOnSignals(server);
await server.finished;
