// The rival on Node, a loop over all as its own documents write it. Prints the port it took. Argument: the folder that ws is
// installed in.
import { createRequire } from "node:module";

const [folder] = process.argv.slice(2);
const { WebSocket, WebSocketServer } = createRequire(`${folder}/package.json`)("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", (socket) => {
  socket.on("message", (message, isBinary) => {
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message, { binary: isBinary });
    }
  });
});
server.on("listening", () => console.log(server.address().port));
