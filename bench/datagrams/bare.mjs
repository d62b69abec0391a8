// The floor on Node: each datagram goes back as it came. Prints the port it took.
import { createSocket } from "node:dgram";

const socket = createSocket("udp4");
socket.on("message", (bytes, { port, address }) => {
  socket.send(bytes, port, address, (error) => {
    if (error) console.error(error.message);
  });
});
socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
