// Prints what a server of datagrams holds for each of many sessions that wait for their peers, in bytes of V8's heap.
// Argument: how many. To be run with --v8-flags=--expose-gc.
import { type DatagramTransport, rawDatagrams, serveDatagrams } from "../../net/datagrams/mod.ts";

const sessions = Number(Deno.args[0]);
// The flag puts it there.
const { gc } = globalThis as unknown as { gc: () => void };

let arrive: ((bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr) => void) | undefined;
const transport: DatagramTransport = {
  addr: { transport: "udp", hostname: "127.0.0.1", port: 9000 },
  receive: () => new Promise(() => {}),
  send: (bytes) => Promise.resolve(bytes.length),
  close() {},
  deliver: (arrived) => void (arrive = arrived),
};
const server = serveDatagrams(transport, {
  codec: rawDatagrams(),
  limits: { maxSessions: sessions, maxNewSessionsPerSecond: Infinity },
}, async (session) => {
  for await (const message of session) await session.send(message);
});

const before = await settled();
for (let count = 0; count < sessions; count++) {
  const hostname = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
  arrive?.(Uint8Array.of(1, 2, 3, 4), { transport: "udp", hostname, port: 1024 + count % 50_000 });
}
const after = await settled();
if (server.size !== sessions) throw new Error(`There are ${server.size} sessions`);
console.log((after - before) / sessions);
Deno.exit();

async function settled(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    gc();
  }
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
