/** A socket for datagrams, as Bun has it. */
export interface BunUdpSocket {
  /** Where it is bound. */
  readonly address: { readonly address: string; readonly port: number };
  /** Sends one; false when the system has no room for it. Throws the system's error. */
  send(bytes: Uint8Array, port: number, address: string): boolean;
  /** Lets it send to broadcast addresses, or not. */
  setBroadcast(isOn: boolean): boolean;
  /** Closes it. */
  close(): void;
  /** Lets it keep the process. */
  ref(): void;
  /** Lets the process end without it. */
  unref(): void;
}

/** What hears of a {@linkcode BunUdpSocket}. */
export interface BunUdpHandlers {
  /** A datagram came. */
  data(socket: BunUdpSocket, bytes: Uint8Array, port: number, address: string): void;
  /** There is room again. */
  drain(): void;
  /** It failed. */
  error(error: Error): void;
}

/** Where and how a {@linkcode BunUdpSocket} is bound. */
export interface BunUdpOptions {
  /** The address. */
  hostname: string;
  /** The port; 0 takes a free one. */
  port: number;
  /** libuv's flags. */
  flags: number;
  /** Who hears of it. */
  socket: BunUdpHandlers;
}

/** The part of Bun's own interface that does what its `node:` modules do not, or do a turn later. */
export interface BunRuntime {
  /** Listens at once, and throws the system's error. */
  listen(options: { hostname: string; port: number; socket: object }): { stop(): void };
  /** Binds at once, and throws the system's error. */
  udpSocket(options: BunUdpOptions): Promise<unknown>;
  /** Returns what a promise was resolved with, or the promise. */
  peek(promise: Promise<unknown>): unknown;
}

/** Bun; undefined on Node. */
export const bun: BunRuntime | undefined = (globalThis as { Bun?: BunRuntime }).Bun;
