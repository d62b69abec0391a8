// Keeps a connection to shout.ts, with deadlines, and makes a new one when it breaks, until Ctrl+C.
//
//   deno run --allow-net=127.0.0.1:7007 examples/steady.ts

import { connect, escapeControls, lines, reconnect } from "@parley/sockets";

const stop = new AbortController();
const { signal } = stop;
Deno.addSignalListener("SIGINT", () => stop.abort());

const connections = reconnect(
  (signal) =>
    connect({
      port: 7007,
      codec: lines(),
      signal,
      deadlines: { connectMs: 2_000, idleMs: 30_000, writeMs: 5_000 },
    }),
  {
    signal,
    backoff: { firstMs: 200, maxMs: 10_000 },
    onRetry: ({ delayMs }) => console.error(`No connection; next try in ${Math.ceil(delayMs)} ms`),
  },
);

for await (const connection of connections) {
  try {
    await connection.send("are you there?");
    for await (const answer of connection) {
      console.log(escapeControls(answer));
      await new Promise((resolve) => setTimeout(resolve, 500));
      await connection.send("still there?");
    }
  } catch (error) {
    if (!signal.aborted) console.error(String(error));
  }
}
Deno.exit();
