// Serves lines over TLS, with limits, and stops cleanly: at Ctrl+C every client gets its last answer.
//
//   deno run --allow-net=127.0.0.1:7443 --allow-read examples/tls_lines.ts cert.pem key.pem

import { formatAddress, lines, serve, shutdownOnSignals } from "@parley/sockets";

const [certFile = "cert.pem", keyFile = "key.pem"] = Deno.args;
const listener = Deno.listenTls({
  hostname: "127.0.0.1",
  port: 7443,
  cert: await Deno.readTextFile(certFile),
  key: await Deno.readTextFile(keyFile),
});

const server = serve(listener, {
  codec: lines({ maxBytes: 1024, onTooLong: "skip" }),
  limits: { maxConnections: 100, maxConnectionsPerAddress: 10 },
  deadlines: { handshakeMs: 5_000, idleMs: 60_000, graceMs: 2_000 },
}, async (connection) => {
  for await (const line of connection) {
    await connection.send(typeof line === "string" ? `${line.length}` : line.message);
  }
  if (connection.signal.aborted) await connection.send("Goodbye!");
});
console.error(`Listening on ${formatAddress(server.addr)}`);
shutdownOnSignals(server, { onSignal: () => console.error("Stopping") });
await server.finished;
