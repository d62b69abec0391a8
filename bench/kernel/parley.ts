// The peer under test: a line echo on the kernel. Prints the port it took.
import { lines, serve } from "../../mod.ts";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const limits = { maxConnections: 20_000, maxConnectionsPerAddress: 20_000 };
serve(listener, { codec: lines(), limits }, async (connection) => {
  for await (const line of connection) await connection.send(line);
});
console.log(listener.addr.port);
