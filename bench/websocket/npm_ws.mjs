// The rival on Node. Prints the port it took. Arguments: the folder that ws is installed in, and "compress" if it is to.
import { createRequire } from "node:module";

const [folder, compress] = process.argv.slice(2);
const { WebSocketServer } = createRequire(`${folder}/package.json`)("ws");
const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  perMessageDeflate: compress === "compress",
});
server.on("connection", (socket) => {
  socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
});
server.on("listening", () => console.log(server.address().port));
