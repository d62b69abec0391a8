// The load: CONNECTIONS sockets, each with IN_FLIGHT messages of BYTES bytes under way, for MS milliseconds after a
// warm-up. Prints messages a second. Arguments: PORT CONNECTIONS IN_FLIGHT BYTES MS [lines|length-prefixed]
import { lengthPrefixed, lines } from "../../mod.ts";

const [framing = "lines"] = Deno.args.slice(5);
const [port = 0, connections = 64, inFlight = 1, bytes = 20, ms = 1000] = Deno.args.map(Number);
const message = framing === "lines"
  ? lines().encode("x".repeat(bytes))
  : lengthPrefixed().encode(new Uint8Array(bytes));
const batch = new Uint8Array(message.length * inFlight);
for (let at = 0; at < batch.length; at += message.length) batch.set(message, at);
const warmUpMs = ms / 3;
let messages = 0;
let running = true;

async function talk(): Promise<void> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const into = new Uint8Array(64 * 1024);
  while (running) {
    // What the sockets cannot hold comes back while it is still being sent.
    if (batch.length > 64 * 1024) await Promise.all([send(conn), receive(conn, into)]);
    else {
      await send(conn);
      await receive(conn, into);
    }
    messages += inFlight;
  }
  conn.close();
}

async function send(conn: Deno.TcpConn): Promise<void> {
  for (let at = 0; at < batch.length;) at += await conn.write(batch.subarray(at));
}

async function receive(conn: Deno.TcpConn, into: Uint8Array): Promise<void> {
  for (let got = 0; got < batch.length;) {
    const count = await conn.read(into);
    if (count === null) throw new Error("The server hung up");
    got += count;
  }
}

const talking = Promise.all(Array.from({ length: connections }, talk));
await new Promise((resolve) => setTimeout(resolve, warmUpMs));
messages = 0;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, ms));
const perSecond = messages / (performance.now() - start) * 1000;
running = false;
await talking;
console.log(Math.round(perSecond));
