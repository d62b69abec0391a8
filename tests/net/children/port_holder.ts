// Binds a port of UDP, and prints whether it is said to be held by this process, by each transport.
import { portHolder } from "../../../net/port_holder.ts";

const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
// It was bound for UDP.
const { port } = socket.addr as Deno.NetAddr;
const holders = await Promise.all([portHolder(port, "udp"), portHolder(port, "tcp")]);
console.log(holders.map((holder) => holder?.pid === Deno.pid).join());
socket.close();
