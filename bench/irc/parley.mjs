// The peer under test, on Deno as it stands and on Node out of npm/. Prints the port it took.
const isDeno = "Deno" in globalThis;
const { serveIrc } = isDeno
  ? await import("../../servers/irc.ts")
  : await import(new URL("../../npm/esm/servers/irc.js", import.meta.url).href);

const server = serveIrc({
  port: 0,
  limits: { maxConnections: 20_000, maxConnectionsPerAddress: 20_000 },
  rate: { messagesPerSecond: Infinity },
  onEvent() {},
  // Hearers say nothing, and what they would be asked is not what is measured.
  ircDeadlines: { pingMs: 3_600_000 },
});
console.log(server.addr.port);
