// The rival on Deno: its own WebSocket, which is written in Rust, and a loop over all. Prints the port it took.
const everybody = new Set<WebSocket>();
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => everybody.add(socket);
    socket.onclose = () => everybody.delete(socket);
    socket.onmessage = ({ data }) => {
      for (const client of everybody) {
        if (client.readyState === WebSocket.OPEN) client.send(data);
      }
    };
    return response;
  },
);
