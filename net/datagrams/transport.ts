/** What sends and receives datagrams: what `Deno.listenDatagram` returns for UDP, and what is used of it. */
export interface DatagramTransport {
  /** Where it is bound. */
  readonly addr: Deno.Addr;
  /** Waits for a datagram, and copies as much of it as fits; the rest is gone. */
  receive(into: Uint8Array): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]>;
  /** Sends a datagram, and says of how many bytes. The bytes are read until then. */
  send(bytes: Uint8Array, to: Deno.NetAddr): Promise<number>;
  /** Closes it: receives that wait are rejected. */
  close(): void;
  /**
   * Hands over each datagram as it comes, in memory that nobody else has, instead of `receive`: on Node that costs half.
   * `failed` hears what a receive would have been rejected with.
   */
  deliver?(
    arrived: (bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr) => void,
    failed: (error: unknown) => void,
  ): void;
  /**
   * Talks to this peer alone from now on; the system then tells where nobody listens there. Deno has no such thing: it
   * works on Node.
   */
  connect?(peer: Deno.NetAddr): Promise<void>;
}

/** What a UDP socket's datagrams are sent to, and come from: an IP address and a port. */
export interface DatagramAddress {
  /** An IPv4 or IPv6 address, without brackets. */
  readonly hostname: string;
  /** The port, from 1. */
  readonly port: number;
}
