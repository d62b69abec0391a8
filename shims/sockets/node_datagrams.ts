import dgram, { type Socket } from "node:dgram";
import { isIP } from "node:net";
import type {
  DatagramBinding,
  DatagramHandlers,
  DatagramSocket,
  HostPort,
} from "./datagram_socket.ts";
import { lookupNow } from "./resolve.ts";

/** Binds a socket of Node for datagrams before it returns. Throws the system's error. */
export function bindNodeDatagrams(
  { address, port, reuseAddress }: DatagramBinding,
  { arrived, failed, explained }: DatagramHandlers,
): DatagramSocket {
  const socket = dgram.createSocket({
    type: isIP(address) === 6 ? "udp6" : "udp4",
    reuseAddr: reuseAddress,
    lookup: lookupNow,
  });
  try {
    bindNow(socket, { address, port });
    // As Deno's sockets may from the start.
    socket.setBroadcast(true);
    socket.on("error", failed);
    // Node receives into memory that it made for this datagram, and that nobody shares.
    socket.on("message", (bytes, from) => arrived(plain(bytes), from));
    return new NodeDatagrams(socket, explained);
  } catch (error) {
    // It has a file of the system from its making on.
    socket.close();
    throw error;
  }
}

function bindNow(socket: Socket, { address, port }: HostPort): void {
  let failure: Error | undefined;
  const fail = (error: Error) => failure = error;
  socket.once("error", fail);
  socket.bind({ address, port, exclusive: true });
  if (failure) throw failure;
  socket.off("error", fail);
}

class NodeDatagrams implements DatagramSocket {
  readonly bound: HostPort;
  readonly #socket: Socket;
  readonly #explained: DatagramHandlers["explained"];
  #isConnected = false;

  constructor(socket: Socket, explained: DatagramHandlers["explained"]) {
    this.#socket = socket;
    this.#explained = explained;
    this.bound = socket.address();
  }

  send(bytes: Uint8Array, { address, port }: HostPort): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = (error: Error | null, count: number) => {
        if (error) reject(this.#explained(error));
        else resolve(count);
      };
      try {
        if (this.#isConnected) this.#socket.send(bytes, sent);
        else this.#socket.send(bytes, port, address, sent);
      } catch (error) {
        reject(this.#explained(error));
      }
    });
  }

  connect({ address, port }: HostPort): Promise<void> {
    return new Promise((resolve, reject) => {
      // Its types leave out that a failure is told the callback.
      this.#socket.connect(port, address, (error?: Error) => {
        this.#isConnected = error === undefined || error === null;
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): void {
    this.#socket.close();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}

/** Returns a plain array of bytes, where Node gives its own kind. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array<ArrayBuffer> {
  // The types allow for shared memory, which Node does not receive into.
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
