// The floor on Node: bytes go back as they came, or to everybody, with nothing in between. Prints the port it took.
// Argument: "fan-out" for everybody
import { createServer } from "node:net";

const isFanOut = process.argv[2] === "fan-out";
const everybody = new Set();
const server = createServer({ noDelay: true }, (socket) => {
  everybody.add(socket);
  socket.on("data", (bytes) => {
    if (!isFanOut) return void socket.write(bytes);
    for (const other of everybody) other.write(bytes);
  });
  socket.on("error", () => {});
  socket.on("close", () => everybody.delete(socket));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
