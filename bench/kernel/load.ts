// The load: CONNECTIONS sockets, each with IN_FLIGHT lines of BYTES bytes under way, for MS milliseconds after a
// warm-up. Prints lines a second. Arguments: PORT CONNECTIONS IN_FLIGHT BYTES MS
const [port = 0, connections = 64, inFlight = 1, bytes = 20, ms = 1000] = Deno.args.map(Number);
const batch = new TextEncoder().encode(("x".repeat(bytes) + "\n").repeat(inFlight));
const warmUpMs = ms / 3;
let lines = 0;
let running = true;

async function talk(): Promise<void> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const into = new Uint8Array(64 * 1024);
  while (running) {
    for (let at = 0; at < batch.length;) at += await conn.write(batch.subarray(at));
    for (let got = 0; got < batch.length;) {
      const count = await conn.read(into);
      if (count === null) throw new Error("The server hung up");
      got += count;
    }
    lines += inFlight;
  }
  conn.close();
}

const talking = Promise.all(Array.from({ length: connections }, talk));
await new Promise((resolve) => setTimeout(resolve, warmUpMs));
lines = 0;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, ms));
const perSecond = lines / (performance.now() - start) * 1000;
running = false;
await talking;
console.log(Math.round(perSecond));
