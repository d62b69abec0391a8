import dgram, { type Socket } from "node:dgram";
import { isIP } from "node:net";
import { netAddr, requirePort } from "./address.ts";
import { NotSupported } from "../errors/error_classes.ts";
import { badResource, fromCode, fromNode, interrupted } from "../errors/errors.ts";
import { lookupNow, resolveSync } from "./resolve.ts";
import type { Addr, DatagramConn, NetAddr, UdpListenOptions } from "../types.ts";

/** Datagrams that wait for who receives; the system would keep fewer, and drop the next ones too. */
const MAX_WAITING = 4096;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

type Received = [Uint8Array<ArrayBuffer>, NetAddr];

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
  const socket = dgram.createSocket({
    type: isIP(address) === 6 ? "udp6" : "udp4",
    reuseAddr: reuseAddress,
    lookup: lookupNow,
  });
  let failure: Error | undefined;
  const fail = (error: Error) => failure = fromNode(error);
  socket.once("error", fail);
  socket.bind({ address, port, exclusive: true });
  if (failure) throw failure;
  socket.off("error", fail);
  return new SocketDatagramConn(socket);
}

/** A socket of Node for datagrams, as Deno gives it. */
class SocketDatagramConn implements DatagramConn {
  readonly addr: NetAddr;
  readonly #socket: Socket;
  readonly #waiting: Received[] = [];
  readonly #receiving: Receiving[] = [];
  #waitingBytes = 0;
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.addr = netAddr("udp", socket.address());
    socket.on("message", (bytes, { address, port }) => {
      this.#arrived([own(bytes), netAddr("udp", { address, port })]);
    });
    socket.on("error", (error) => {
      for (const { reject } of this.#receiving.splice(0)) reject(fromNode(error));
    });
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

  send(bytes: Uint8Array, to: Addr): Promise<number> {
    if (this.#closed) return Promise.reject(hasBeenClosed());
    if (!("hostname" in to)) {
      return Promise.reject(new NotSupported("Cannot send: Node has datagrams for UDP alone"));
    }
    const { hostname, port } = to;
    if (port === 0) return Promise.reject(fromCode("EINVAL"));
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, requirePort(port), hostname, (error, count) => {
        if (error) reject(this.#closed ? interrupted() : fromNode(error));
        else resolve(count);
      });
    });
  }

  close(): void {
    if (this.#closed) throw badResource();
    this.#closed = true;
    this.#socket.close();
    this.#waiting.length = 0;
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

  #arrived(received: Received): void {
    const receiving = this.#receiving.shift();
    if (receiving) return receiving.resolve(fitted(received, receiving.into));
    const bytes = this.#waitingBytes + received[0].length;
    if (this.#waiting.length >= MAX_WAITING || bytes > MAX_WAITING_BYTES) return;
    this.#waitingBytes = bytes;
    this.#waiting.push(received);
  }
}

/** Returns a plain array of bytes, where Node gives its own kind. */
function own({ buffer, byteOffset, length }: Uint8Array): Uint8Array<ArrayBuffer> {
  // Node receives into memory that it made for this datagram, and that nobody shares.
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
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
