// The load of a fan-out: of CONNECTIONS sockets one sends IN_FLIGHT lines of BYTES bytes at once, and the next ones when
// everybody has had them, for MS milliseconds after a warm-up. Prints deliveries a second.
// Arguments: PORT CONNECTIONS IN_FLIGHT BYTES MS
const [port = 0, connections = 1000, inFlight = 1, bytes = 64, ms = 1000] = Deno.args.map(Number);
const batch = new TextEncoder().encode(("x".repeat(bytes - 1) + "\n").repeat(inFlight));
const conns: Deno.TcpConn[] = [];
let running = true;
let delivered = 0;
let missing = 0;
let complete = () => {};

async function hear(conn: Deno.TcpConn): Promise<void> {
  const into = new Uint8Array(Math.min(64 * 1024, Math.max(512, 2 * batch.length)));
  while (running) {
    const count = await conn.read(into);
    if (count === null) throw new Error("The server hung up");
    missing -= count;
    if (missing === 0) complete();
  }
}

while (conns.length < connections) {
  const some = Math.min(100, connections - conns.length);
  const dials = Array.from({ length: some }, () => Deno.connect({ hostname: "127.0.0.1", port }));
  conns.push(...await Promise.all(dials));
}
const [publisher] = conns;
if (!publisher) throw new Error("A fan-out needs a connection");
publisher.setNoDelay(true);
// The last ones are being accepted while the load believes that they stand.
await new Promise((resolve) => setTimeout(resolve, 500));
for (const conn of conns) hear(conn).catch(fail);

function fail(error: unknown): void {
  if (running) throw error;
}

async function publish(forMs: number): Promise<number> {
  delivered = 0;
  const start = performance.now();
  while (performance.now() - start < forMs) {
    const all = new Promise<void>((resolve) => complete = resolve);
    missing += batch.length * connections;
    for (let at = 0; at < batch.length;) at += await publisher!.write(batch.subarray(at));
    await all;
    delivered += inFlight * connections;
  }
  return delivered / (performance.now() - start) * 1000;
}

await publish(ms / 3);
console.log(Math.round(await publish(ms)));
running = false;
for (const conn of conns) conn.close();
