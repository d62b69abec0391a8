// The kernel on Node: lines go back as lines. Prints the port it took.
import { lines, serve } from "../../npm/esm/mod.js";
import { Deno } from "../../npm/esm/shims/deno.js";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
serve(listener, {
  codec: lines(),
  limits: { maxConnections: Infinity, maxConnectionsPerAddress: Infinity },
  onEvent() {},
}, async (connection) => {
  for await (const line of connection) await connection.send(line);
});
