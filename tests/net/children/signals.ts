// A server that a signal shuts down, and whose one handler does not hear of it. Prints its port, then what happens.
import { lines, serve, shutdownOnSignals } from "../../../mod.ts";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const server = serve(
  listener,
  { codec: lines(), deadlines: { graceMs: Infinity } },
  async (connection) => {
    for await (const line of connection) await connection.send(line);
    console.log("drained");
    if (Deno.args[0] === "deaf") await new Promise(() => {});
  },
);
shutdownOnSignals(server, { onSignal: (signal) => console.log(signal) });
console.log(listener.addr.port);
await server.finished;
console.log("finished");
