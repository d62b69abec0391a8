// The peer under test, on Deno as it stands and on Node out of npm/, which has to be built before. Prints the port it
// took. Argument: what to serve
//   lines             lines go back as lines
//   length-prefixed   so do messages behind their length, whose memory is given back
//   send              each line goes to everybody by send()
//   share             each line goes to everybody as the same bytes
const isDeno = "Deno" in globalThis;
const built = (file) => import(new URL(`../../npm/esm/${file}`, import.meta.url).href);
const { lengthPrefixed, lines, serve, SharedBytes } = isDeno
  ? await import("../../mod.ts")
  : await built("mod.js");
const { Deno } = isDeno ? globalThis : await built("shims/deno.js");
const [what] = isDeno ? Deno.args : process.argv.slice(2);

const everybody = new Set();

const HANDLERS = {
  async lines(connection) {
    for await (const line of connection) await connection.send(line);
  },
  async "length-prefixed"(connection) {
    for await (const message of connection) await connection.send(message, { transfer: true });
  },
  async send(connection) {
    everybody.add(connection);
    for await (const line of connection) {
      for (const other of everybody) void other.send(line);
    }
    everybody.delete(connection);
  },
  async share(connection) {
    everybody.add(connection);
    for await (const line of connection) {
      const together = [line];
      for (let next; (next = connection.tryReceive()) !== undefined;) together.push(next);
      const bytes = SharedBytes.encode(codec, together);
      for (const other of everybody) if (!other.trySend(bytes)) other.abort();
    }
    everybody.delete(connection);
  },
};

const codec = what === "length-prefixed" ? lengthPrefixed() : lines();
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const limits = { maxConnections: 20_000, maxConnectionsPerAddress: 20_000 };
serve(listener, { codec, limits, onEvent() {} }, HANDLERS[what]);
console.log(listener.addr.port);
