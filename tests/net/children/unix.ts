// Serves a Unix socket, talks to it as a client, and prints what was said. Argument: the path.
import { Connection, lines, serve } from "../../../mod.ts";
import { formatServerEvent } from "../../../net/server_events.ts";

const [path = ""] = Deno.args;
const listener = Deno.listen({ transport: "unix", path });
const server = serve(listener, {
  codec: lines(),
  onEvent: (event) => console.log(formatServerEvent(event)),
}, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase());
});
const connection = new Connection(await Deno.connect({ transport: "unix", path }), lines());
await connection.send("over a file");
console.log(await connection.receive());
await connection.close();
console.log(JSON.stringify(await server.shutdown()));
