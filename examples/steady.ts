// Keeps a connection to shout.ts: with deadlines, and a new one when it breaks, until Ctrl+C.
//
//   deno run --allow-net=127.0.0.1:7007 examples/steady.ts

import { connect, lines, reconnect } from "@parley/sockets";

const stop = new AbortController();
const { signal } = stop;
Deno.addSignalListener("SIGINT", () => stop.abort());

const dial = (signal: AbortSignal) =>
  connect({
    port: 7007,
    codec: lines(),
    signal,
    deadlines: { connectMs: 2_000, idleMs: 30_000, writeMs: 5_000 },
  });

const backoff = { firstMs: 200, maxMs: 10_000 };
const onRetry = ({ delayMs }: { delayMs: number }) =>
  console.error(`no connection; next try in ${Math.ceil(delayMs)} ms`);

for await (const connection of reconnect(dial, { signal, backoff, onRetry })) {
  try {
    for (let tick = 1; await connection.send(`tick ${tick}`), !signal.aborted; tick++) {
      const answer = await connection.receive({ waitMs: 2_000, signal });
      if (answer === undefined) break;
      console.log(answer);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch (error) {
    if (!signal.aborted) console.error(String(error));
  }
}
Deno.exit();
