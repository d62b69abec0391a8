// Opens COUNT WebSockets that say nothing, prints "open", and holds them until stdin ends. Arguments: PORT COUNT
import { openWebSocket } from "./opening.ts";

const [port = 0, count = 0] = Deno.args.map(Number);
const conns: Deno.TcpConn[] = [];
while (conns.length < count) {
  const some = Math.min(100, count - conns.length);
  const dials = Array.from({ length: some }, () => openWebSocket(port, { compressed: false }));
  conns.push(...await Promise.all(dials));
}
console.log("open");
await Deno.stdin.read(new Uint8Array(1));
