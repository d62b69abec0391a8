// The peer under test, on Deno as it stands and on Node out of npm/. Prints the port it took.
const isDeno = "Deno" in globalThis;
const { servePush } = isDeno
  ? await import("../../servers/push.ts")
  : await import(new URL("../../npm/esm/servers/push.js", import.meta.url).href);

const server = servePush({
  port: 0,
  limits: { maxConnections: 20_000, maxConnectionsPerAddress: 20_000 },
});
console.log(server.addr.port);
