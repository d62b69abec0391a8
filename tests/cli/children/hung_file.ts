// Is interrupted while the system owes it an answer about a file: a pipe that nobody writes to is opened.

import { interruption } from "../../../cli/interruption.ts";
import { systemIo } from "../../../cli/io.ts";
import { lines, serve, shutdownOnSignals } from "../../../mod.ts";

const [kind, pipe = ""] = Deno.args;
let heard: Promise<unknown>;
if (kind === "client") {
  const { signal } = interruption(systemIo);
  heard = new Promise((resolve) => signal.addEventListener("abort", resolve));
} else {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = serve(listener, { codec: lines() }, () => {});
  heard = new Promise((resolve) => shutdownOnSignals(server, { onSignal: resolve }));
  await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
}
const opening = Deno.open(pipe);
console.log("ready");
await heard;
console.log("heard");
await opening;
