// The rival on Node: its own server. Prints the port it took. Argument: what to answer.
import { createServer } from "node:http";

const [body] = process.argv.slice(2);
const head = { "Content-Type": "text/plain", "Content-Length": body.length };
const server = createServer((_request, response) => response.writeHead(200, head).end(body));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
