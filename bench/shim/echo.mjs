// The same as bare.mjs through Deno's API on Node. Prints the port it took.
// Once npm/ is built: nothing else here needs it.
const { Deno } = await import(new URL("../../npm/esm/shims/deno.js", import.meta.url).href);

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
for await (const conn of listener) echo(conn).catch(() => {});

async function echo(conn) {
  conn.setNoDelay(true);
  // As small as the kernel's own buffer for a connection that says little.
  const buffer = new Uint8Array(512);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    for (let at = 0; at < count;) at += await conn.write(buffer.subarray(at, count));
  }
  conn.close();
}
