// The rival on Bun: its own topics, which are written in C++. Prints the port it took.
import { serve } from "bun";

const TOPIC = "default";
const server = serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("", { status: 426 }),
  websocket: {
    open: (socket) => void socket.subscribe(TOPIC),
    // To the sender as well, as all of them do here.
    message: (_socket, message) => void server.publish(TOPIC, message),
  },
});
console.log(server.port);
