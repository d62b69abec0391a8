import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { BunRuntime, BunUdpSocket } from "../bun.ts";
import type {
  DatagramBinding,
  DatagramHandlers,
  DatagramSocket,
  HostPort,
} from "./datagram_socket.ts";

/** Binds a socket of Bun for datagrams before it returns; its `node:dgram` does so later. Throws the system's error. */
export function bindBunDatagrams(
  bun: BunRuntime,
  { address, port, arrived, failed }: DatagramBinding & DatagramHandlers,
): DatagramSocket {
  let roomCame = () => {};
  const bound = bun.udpSocket({
    hostname: address,
    port,
    socket: {
      // The memory is the caller's: Bun makes it for each datagram.
      data: (_, bytes, port, address) => arrived(new Uint8Array(bytes), { address, port }),
      drain: () => roomCame(),
      error: failed,
    },
  });
  // What is bound is there already, behind a promise that has settled.
  const socket = bun.peek(bound) as BunUdpSocket;
  return new BunDatagrams(socket, { onceRoom: (called) => roomCame = called });
}

class BunDatagrams implements DatagramSocket {
  readonly bound: HostPort;
  readonly #socket: BunUdpSocket;
  readonly #onceRoom: (called: () => void) => void;
  #room: Promise<void> | undefined;

  constructor(socket: BunUdpSocket, { onceRoom }: { onceRoom: (called: () => void) => void }) {
    this.#socket = socket;
    this.#onceRoom = onceRoom;
    this.bound = socket.address;
  }

  async send(bytes: Uint8Array, { address, port }: HostPort): Promise<number> {
    const host = isIP(address) ? address : await this.#addressOf(address);
    while (!this.#hasSent(bytes, { address: host, port })) await this.#waitForRoom();
    return bytes.length;
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

  async #addressOf(name: string): Promise<string> {
    const family = isIP(this.bound.address) === 6 ? 6 : 4;
    return (await lookup(name, { family })).address;
  }

  #hasSent(bytes: Uint8Array, { address, port }: HostPort): boolean {
    for (;;) {
      try {
        return this.#socket.send(bytes, port, address);
      } catch (error) {
        // That is said once, of a datagram before this one that nobody took.
        if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
      }
    }
  }

  #waitForRoom(): Promise<void> {
    return this.#room ??= new Promise<void>((resolve) => {
      this.#onceRoom(() => {
        this.#room = undefined;
        resolve();
      });
    });
  }
}
