import { isIP } from "node:net";
import { bun } from "../bun.ts";
import { bindBunDatagrams } from "./bun_datagrams.ts";
import { bindNodeDatagrams } from "./node_datagrams.ts";
import type { DatagramBinding, DatagramSocket, HostPort } from "./datagram_socket.ts";
import { netAddr, requirePort } from "./address.ts";
import { NotSupported } from "../errors/error_classes.ts";
import { badResource, fromCode, fromNode, interrupted } from "../errors/errors.ts";
import { resolveSync } from "./resolve.ts";
import type { Addr, DatagramConn, NetAddr, UdpListenOptions } from "../types.ts";

/** Datagrams that wait for who receives; the system would keep fewer, and drop the next ones too. */
const MAX_WAITING = 4096;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

type Received = [Uint8Array<ArrayBuffer>, NetAddr];

/** Who takes what comes, instead of receives. */
interface Taker {
  arrived(bytes: Uint8Array<ArrayBuffer>, from: NetAddr): void;
  failed(error: Error): void;
}

interface Receiving {
  readonly into: Uint8Array | undefined;
  resolve(received: Received): void;
  reject(error: Error): void;
}

/**
 * Sends and receives datagrams with UDP; it is bound when this returns.
 *
 * @throws {AddrInUse} Somebody has that port.
 * @throws {AddrNotAvailable} This machine has no such address.
 * @throws {NotSupported} The transport is one that only Deno has.
 */
export function listenDatagram(options: UdpListenOptions & { transport: "udp" }): DatagramConn {
  const { transport, hostname = "0.0.0.0", reuseAddress = false } = options;
  if (transport !== "udp") {
    throw new NotSupported(`Cannot use transport "${transport}" for datagrams: Node has udp`);
  }
  const address = resolveSync(hostname);
  const port = requirePort(options.port);
  return new SocketDatagramConn({ address, port, reuseAddress });
}

/**
 * A socket for datagrams, as Deno gives it. `deliver` and `connect` are beyond that, for who knows that they may be there:
 * a receive costs more than half of what a datagram does, and Deno has no connected sockets.
 */
class SocketDatagramConn implements DatagramConn {
  readonly addr: NetAddr;
  readonly #socket: DatagramSocket;
  readonly #isIPv6: boolean;
  readonly #waiting: Received[] = [];
  readonly #receiving: Receiving[] = [];
  #taker: Taker | undefined;
  #waitingBytes = 0;
  #closed = false;

  constructor(at: DatagramBinding) {
    const handlers = {
      arrived: (bytes: Uint8Array<ArrayBuffer>, from: HostPort) =>
        this.#arrived(bytes, netAddr("udp", from)),
      failed: (error: Error) => {
        const failure = fromNode(error);
        this.#taker?.failed(failure);
        for (const { reject } of this.#receiving.splice(0)) reject(failure);
      },
      explained: (error: unknown) => this.#closed ? interrupted() : fromNode(error),
    };
    try {
      this.#socket = bun
        ? bindBunDatagrams(bun, { ...at, ...handlers })
        : bindNodeDatagrams(at, handlers);
    } catch (error) {
      throw fromNode(error);
    }
    this.addr = netAddr("udp", this.#socket.bound);
    this.#isIPv6 = isIP(this.addr.hostname) === 6;
  }

  receive(into?: Uint8Array): Promise<Received> {
    if (this.#closed) return Promise.reject(hasBeenClosed());
    const received = this.#waiting.shift();
    if (received) {
      this.#waitingBytes -= received[0].length;
      return Promise.resolve(fitted(received, into));
    }
    return new Promise((resolve, reject) => this.#receiving.push({ into, resolve, reject }));
  }

  /** Hands over each datagram as it comes, and what a receive would have been rejected with. */
  deliver(
    arrived: (bytes: Uint8Array<ArrayBuffer>, from: NetAddr) => void,
    failed: (error: Error) => void,
  ): void {
    if (this.#closed) throw hasBeenClosed();
    this.#taker = { arrived, failed };
    this.#waitingBytes = 0;
    // Who takes one may close the socket, which forgets the others.
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) arrived(...next);
  }

  /** Talks to this peer alone from now on, where the runtime can; the system then tells where nobody listens. */
  async connect({ hostname, port }: NetAddr): Promise<void> {
    if (this.#closed) throw hasBeenClosed();
    try {
      await this.#socket.connect?.({ address: hostname, port: requirePort(port) });
    } catch (error) {
      throw this.#closed ? interrupted() : fromNode(error);
    }
  }

  send(bytes: Uint8Array, to: Addr): Promise<number> {
    if (this.#closed) return Promise.reject(hasBeenClosed());
    if ("path" in to || !("port" in to)) {
      return Promise.reject(new NotSupported("Cannot send: Node has datagrams for UDP alone"));
    }
    // Deno sends to this machine where no host is given, whatever its types say.
    const { hostname = "127.0.0.1", port } = to as Partial<NetAddr>;
    if (port === 0) return Promise.reject(fromCode("EINVAL"));
    return this.#socket.send(bytes, {
      address: this.#isIPv6 ? reachable(hostname) : hostname,
      port: requirePort(port),
    });
  }

  close(): void {
    if (this.#closed) throw badResource();
    this.#closed = true;
    this.#socket.close();
    this.#waiting.length = 0;
    this.#taker?.failed(interrupted());
    for (const { reject } of this.#receiving.splice(0)) reject(interrupted());
  }

  joinMulticastV4(): never {
    throw noMulticast();
  }

  joinMulticastV6(): never {
    throw noMulticast();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Received, undefined> {
    while (!this.#closed) {
      try {
        yield await this.receive();
      } catch (error) {
        if (this.#closed) return;
        throw error;
      }
    }
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  #arrived(bytes: Uint8Array<ArrayBuffer>, from: NetAddr): void {
    if (this.#taker) return this.#taker.arrived(bytes, from);
    const received: Received = [bytes, from];
    const receiving = this.#receiving.shift();
    if (receiving) return receiving.resolve(fitted(received, receiving.into));
    const waitingBytes = this.#waitingBytes + bytes.length;
    if (this.#waiting.length >= MAX_WAITING || waitingBytes > MAX_WAITING_BYTES) return;
    this.#waitingBytes = waitingBytes;
    this.#waiting.push(received);
  }
}

function fitted([bytes, from]: Received, into: Uint8Array | undefined): Received {
  if (into === undefined) return [bytes, from];
  const count = Math.min(bytes.length, into.length);
  into.set(bytes.subarray(0, count));
  // The type that Deno promises; a caller with shared memory knows.
  return [into.subarray(0, count) as Uint8Array<ArrayBuffer>, from];
}

function hasBeenClosed(): Error {
  return badResource("Socket has been closed");
}

function noMulticast(): Error {
  return new NotSupported("Cannot join a multicast group: that works on Deno alone");
}

/** An IPv6 socket reaches an IPv4 address by its IPv6 form (RFC 4291, 2.5.5.2), which Node has to be given. */
function reachable(hostname: string): string {
  return isIP(hostname) === 4 ? `::ffff:${hostname}` : hostname;
}
