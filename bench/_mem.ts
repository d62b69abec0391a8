import { lines, serve } from "../mod.ts";
const mode = Deno.args[0];
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const limits = { maxConnections: 20_000, maxConnectionsPerAddress: 20_000 };
if (mode === "parley") serve(listener, { codec: lines(), limits }, async (connection) => {
  for await (const line of connection) await connection.send(line);
});
else (async () => { const size = Number(mode); for await (const c of listener) { (async()=>{ const b=new Uint8Array(size); while(await c.read(b)!==null) await c.write(b) })(); } })();
console.log(listener.addr.port);
const gc = (globalThis as any).gc;
setInterval(() => { if (Deno.args[1]) gc(); const m = Deno.memoryUsage(); console.error(mode, Math.round(m.rss/1e3), Math.round(m.heapUsed/1e3), Math.round(m.heapTotal/1e3), Math.round(m.external/1e3)); }, 1900);
