// Loads a server of datagrams that sends each back: so many peers, each with so many datagrams in flight. One that has no
// answer is sent again, and counted as lost. Prints what it measured as JSON.
// Arguments: port, process of the server, peers, datagrams in flight a peer, bytes, milliseconds.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";

const [port, server, peers, inFlight, bytes, ms] = process.argv.slice(2).map(Number);
const HOST = "127.0.0.1";
/** Nothing that is answered at all takes so long on one machine. */
const LOST_MS = 200;
const WARM_UP_MS = 500;

let answered = 0;
let lost = 0;
let isOver = false;
const all = [];
for (let peer = 0; peer < peers; peer++) all.push(makePeer());
await Promise.all(all.map(({ bound }) => bound));
for (const { start } of all) start();
const watch = setInterval(() => all.forEach(({ resend }) => resend()), LOST_MS / 4);
await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
[answered, lost] = [0, 0];
const from = performance.now();
const cpuFrom = cpuMicroseconds();
await new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (performance.now() - from) / 1000;
const cpu = (cpuMicroseconds() - cpuFrom) / answered;
console.log(JSON.stringify({ rate: answered / seconds, cpu, lost: lost / (answered + lost) }));
isOver = true;
clearInterval(watch);
for (const { socket } of all) socket.close();

/** What the server's process has used so far; the system counts in hundredths of a second. */
function cpuMicroseconds() {
  const fields = readFileSync(`/proc/${server}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function makePeer() {
  const socket = createSocket("udp4");
  const sentAt = new Float64Array(inFlight);
  const rounds = new Uint32Array(inFlight);
  const datagrams = Array.from({ length: inFlight }, (_, slot) => {
    const datagram = Buffer.alloc(bytes, 0x2e);
    datagram[0] = slot;
    return datagram;
  });
  const send = (slot) => {
    const datagram = datagrams[slot];
    datagram.writeUInt32LE(++rounds[slot], 1);
    sentAt[slot] = performance.now();
    socket.send(datagram, port, HOST);
  };
  socket.on("message", (message) => {
    const slot = message[0];
    // What was sent again is answered twice.
    if (isOver || message.length !== bytes || message.readUInt32LE(1) !== rounds[slot]) return;
    answered++;
    send(slot);
  });
  return {
    socket,
    bound: new Promise((resolve) => socket.bind(0, HOST, resolve)),
    start: () => datagrams.forEach((_, slot) => send(slot)),
    resend() {
      const now = performance.now();
      for (let slot = 0; slot < inFlight; slot++) {
        if (now - sentAt[slot] < LOST_MS) continue;
        lost++;
        send(slot);
      }
    },
  };
}
