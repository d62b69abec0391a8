// The peer under test, on Deno as it stands and on Node out of npm/. Prints the port it took. Argument: "compress" if it
// is to.
const isDeno = "Deno" in globalThis;
const built = (file) => import(new URL(`../../npm/esm/${file}`, import.meta.url).href);
const { serveWebSocket } = isDeno
  ? await import("../../net/websocket/mod.ts")
  : await built("net/websocket/mod.js");
const { Deno } = isDeno ? globalThis : await built("shims/deno.js");
const [what] = isDeno ? Deno.args : process.argv.slice(2);

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const limits = { maxConnections: 20_000, maxConnectionsPerAddress: 20_000 };
serveWebSocket(
  listener,
  { limits, compress: what === "compress", onEvent() {} },
  async (socket) => {
    for await (const message of socket) await socket.send(message, { transfer: true });
  },
);
console.log(listener.addr.port);
