import { connect } from "node:net";
import { LOCALHOST } from "./pairs.ts";

// The `Deno` namespace cannot reset a connection at will: close() says FIN first. So this one peer
// is `node:net`'s, on both runtimes.

/** A peer that can reset its connection. */
export interface RudePeer extends Disposable {
  /** Our end: the one that is reset. */
  readonly conn: Deno.TcpConn;
  /** Writes, and waits until the system has it. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resets the connection: RST without a FIN. */
  reset(): Promise<void>;
}

/** Accepts a connection from a peer that will reset it. */
export async function rudePeer(): Promise<RudePeer> {
  using listener = Deno.listen({ hostname: LOCALHOST, port: 0 });
  const { conn, socket } = await accept(listener);
  return {
    conn,
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    reset: () => reset(socket),
    [Symbol.dispose]() {
      socket.destroy();
      conn[Symbol.dispose]();
    },
  };
}

/** Connects to a listener, and resets before anybody accepts. */
export async function connectAndReset(port: number): Promise<void> {
  await reset(await open(port));
}

async function accept(listener: Deno.TcpListener) {
  const opening = open(listener.addr.port);
  return { conn: await listener.accept(), socket: await opening };
}

function open(port: number): Promise<ReturnType<typeof connect>> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOCALHOST, () => resolve(socket));
    // It never reads: what it was sent is still there when it resets.
    socket.pause();
    socket.once("error", reject);
    socket.on("error", () => {});
  });
}

function reset(socket: ReturnType<typeof connect>): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.resetAndDestroy();
  });
}
