/** A host and a port. */
export interface HostPort {
  /** The host's address; where something is sent, its name too. */
  readonly address: string;
  /** The port. */
  readonly port: number;
}

/** Where to bind. */
export interface DatagramBinding extends HostPort {
  /** Others may bind the same. */
  readonly reuseAddress: boolean;
}

/** Hears of what arrives. */
export interface DatagramHandlers {
  /** A datagram came; its memory belongs to who is called. */
  arrived(bytes: Uint8Array<ArrayBuffer>, from: HostPort): void;
  /** The socket failed, in the system's words. */
  failed(error: Error): void;
  /** Returns what the system says of a send as Deno says it. */
  explained(error: unknown): Error;
}

/** A socket for datagrams that is bound. */
export interface DatagramSocket {
  /** Where it is bound. */
  readonly bound: HostPort;
  /** Sends one; resolves with its bytes when the system has it, and rejects with the system's error, explained. */
  send(bytes: Uint8Array, to: HostPort): Promise<number>;
  /** Talks to this peer alone from now on; a runtime that cannot do that later on has none of it. */
  connect?(peer: HostPort): Promise<void>;
  /** Closes it. */
  close(): void;
  /** Lets it keep the process. */
  ref(): void;
  /** Lets the process end without it. */
  unref(): void;
}
