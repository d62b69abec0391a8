import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { BunRuntime, BunUdpSocket } from "../bun.ts";
import type {
  DatagramBinding,
  DatagramHandlers,
  DatagramSocket,
  HostPort,
} from "./datagram_socket.ts";

/** libuv's flag, which Bun takes. */
const UV_UDP_REUSEADDR = 4;

/** What came back from datagrams before may be said so many times in a row. */
const MAX_REFUSALS = 8;

/** Binds a socket of Bun for datagrams before it returns; its `node:dgram` does so later. Throws the system's error. */
export function bindBunDatagrams(
  bun: BunRuntime,
  options: DatagramBinding & DatagramHandlers,
): DatagramSocket {
  return new BunDatagrams(bun, options);
}

class BunDatagrams implements DatagramSocket {
  readonly bound: HostPort;
  readonly #socket: BunUdpSocket;
  readonly #explained: DatagramHandlers["explained"];
  #room: Promise<void> | undefined;
  #roomCame = () => {};

  constructor(
    bun: BunRuntime,
    { address, port, reuseAddress, arrived, failed, explained }:
      & DatagramBinding
      & DatagramHandlers,
  ) {
    this.#explained = explained;
    const bound = bun.udpSocket({
      hostname: address,
      port,
      flags: reuseAddress ? UV_UDP_REUSEADDR : 0,
      socket: {
        data: (_, bytes, port, address) => arrived(new Uint8Array(bytes), { address, port }),
        drain: () => this.#roomCame(),
        error: failed,
      },
    });
    // What is bound is there already, behind a promise that has settled.
    this.#socket = bun.peek(bound) as BunUdpSocket;
    try {
      // As Deno's sockets may from the start.
      this.#socket.setBroadcast(true);
      this.bound = this.#socket.address;
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  async send(bytes: Uint8Array, { address, port }: HostPort): Promise<number> {
    try {
      const host = isIP(address) ? address : await this.#addressOf(address);
      while (!this.#hasSent(bytes, { address: host, port })) await this.#waitForRoom();
      return bytes.length;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  close(): void {
    this.#socket.close();
    // Who waits for room meets a closed socket.
    this.#roomCame();
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
    for (let refusals = 0;; refusals++) {
      try {
        return this.#socket.send(bytes, port, address);
      } catch (error) {
        // It is said of a datagram before this one, which nobody took; this one was not sent.
        const refused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
        if (!refused || refusals === MAX_REFUSALS) throw error;
      }
    }
  }

  #waitForRoom(): Promise<void> {
    return this.#room ??= new Promise<void>((resolve) => {
      this.#roomCame = () => {
        this.#room = undefined;
        resolve();
      };
    });
  }
}
