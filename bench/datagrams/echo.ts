// Servers that send each datagram back. Each prints the port it took.
// Argument: "bare" (a loop over the socket), "own-buffer" (the same into one buffer), or "parley".
import { rawDatagrams, serveDatagrams } from "../../net/datagrams/mod.ts";

const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
// It is one for UDP.
console.log((socket.addr as Deno.NetAddr).port);

switch (Deno.args[0]) {
  case "bare":
    for await (const [bytes, from] of socket) await socket.send(bytes, from);
    break;
  case "own-buffer": {
    const buffer = new Uint8Array(65_536);
    while (true) {
      const [bytes, from] = await socket.receive(buffer);
      await socket.send(bytes, from);
    }
  }
  case "parley":
    serveDatagrams(socket, { codec: rawDatagrams() }, async (session) => {
      for await (const message of session) await session.send(message, { transfer: true });
    });
    break;
  default:
    throw new Error(`There is no server ${Deno.args[0]}`);
}
