// The rival on Bun: its own WebSocket, which is written in C++. Prints the port it took. Argument: "compress" if it is to.
import { serve } from "bun";

const compress = process.argv[2] === "compress";
const server = serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("", { status: 426 }),
  websocket: {
    perMessageDeflate: compress,
    message: (socket, message) => void socket.send(message, compress),
  },
});
console.log(server.port);
