// The same as bare.mjs with a session per peer. Prints the port it took. Once npm/ is built: nothing else here needs it.
// Argument: "receive" for a socket that hands nothing over by callback.
const built = new URL("../../npm/esm/", import.meta.url);
const { Deno } = await import(new URL("shims/deno.js", built).href);
const { rawDatagrams, serveDatagrams } = await import(new URL("net/datagrams/mod.js", built).href);

const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
console.log(socket.addr.port);
const { addr } = socket;
const transport = process.argv[2] === "receive"
  ? {
    addr,
    receive: (into) => socket.receive(into),
    send: (bytes, to) => socket.send(bytes, to),
    close: () => socket.close(),
  }
  : socket;
serveDatagrams(transport, { codec: rawDatagrams() }, async (session) => {
  for await (const message of session) await session.send(message, { transfer: true });
});
