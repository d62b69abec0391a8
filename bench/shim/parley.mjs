// The kernel on Node: lines go back as lines. Prints the port it took.
// Once npm/ is built: nothing else here needs it.
const built = (file) => import(new URL(`../../npm/esm/${file}`, import.meta.url).href);
const { lines, serve } = await built("mod.js");
const { Deno } = await built("shims/deno.js");

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
serve(listener, {
  codec: lines(),
  limits: { maxConnections: Infinity, maxConnectionsPerAddress: Infinity },
  onEvent() {},
}, async (connection) => {
  for await (const line of connection) await connection.send(line);
});
