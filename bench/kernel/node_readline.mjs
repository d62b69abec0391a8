// The rival: what Node's own manual shows for lines over TCP. Prints the port it took.
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  createInterface({ input: socket }).on("line", (line) => socket.write(`${line}\n`));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
