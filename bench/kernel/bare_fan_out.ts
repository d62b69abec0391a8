// The floor of a fan-out: what one peer sends goes to everybody as it came. Whoever is still being written to gets what
// came meanwhile in one write. Prints the port it took.
interface Peer {
  readonly conn: Deno.TcpConn;
  readonly waiting: Uint8Array[];
  isWriting: boolean;
}

const everybody = new Set<Peer>();
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
for await (const conn of listener) listen(conn).catch(() => {});

async function listen(conn: Deno.TcpConn): Promise<void> {
  using _ = conn;
  conn.setNoDelay(true);
  const peer: Peer = { conn, waiting: [], isWriting: false };
  everybody.add(peer);
  const buffer = new Uint8Array(64 * 1024);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    const bytes = buffer.slice(0, count);
    for (const other of everybody) {
      other.waiting.push(bytes);
      if (!other.isWriting) write(other).catch(() => everybody.delete(other));
    }
  }
  everybody.delete(peer);
}

async function write(peer: Peer): Promise<void> {
  peer.isWriting = true;
  while (peer.waiting.length > 0) {
    const bytes = joined(peer.waiting.splice(0));
    for (let at = 0; at < bytes.length;) at += await peer.conn.write(bytes.subarray(at));
  }
  peer.isWriting = false;
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first) return first;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
