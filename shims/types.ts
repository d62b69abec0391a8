/** The address of one end of a TCP connection or of a UDP socket. */
export interface NetAddr {
  /** How it talks. */
  transport: "tcp" | "udp";
  /** The IP address. */
  hostname: string;
  /** From 0 to 65535. */
  port: number;
}

/** The address of a Unix socket. */
export interface UnixAddr {
  /** How it talks. */
  transport: "unix" | "unixpacket";
  /** The file; null, whatever the type says, at the end that has none. Deno does the same. */
  path: string;
}

/** The address of a VSOCK socket, which Node does not have. */
export interface VsockAddr {
  /** How it talks. */
  transport: "vsock";
  /** The machine. */
  cid: number;
  /** Its port. */
  port: number;
}

/** Any address that Deno knows; the first two are the ones that Node has. */
export type Addr = NetAddr | UnixAddr | VsockAddr;

/** One byte stream to a peer, read and written by pull. */
export interface Conn<A extends Addr = Addr> extends Disposable {
  /** Our end. */
  readonly localAddr: A;
  /** The peer's end. */
  readonly remoteAddr: A;
  /** Reads up to as many bytes as fit; null is the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes, and says how many. The bytes may be used again once it has settled. */
  write(bytes: Uint8Array): Promise<number>;
  /** Says that no more will be written; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends both directions at once. */
  close(): void;
  /** Keeps the process running while a read waits; it does so unless told otherwise. */
  ref(): void;
  /** Lets the process end though a read waits. */
  unref(): void;
  /** What arrives, as a stream; its end closes the connection. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What is sent, as a stream; closing it closes the connection. */
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
}

/** A connection over TCP. */
export interface TcpConn extends Conn<NetAddr> {
  /** Sends small writes at once, or waits to join them. */
  setNoDelay(noDelay?: boolean): void;
  /** Has the system ask now and then whether the peer is still there. */
  setKeepAlive(keepAlive?: boolean): void;
}

/** A connection over a Unix socket. */
export interface UnixConn extends Conn<UnixAddr> {}

/** What a TLS handshake agreed on. */
export interface TlsHandshakeInfo {
  /** The application protocol, or null where none was agreed on. */
  alpnProtocol: string | null;
}

/** A connection over TLS. */
export interface TlsConn extends Conn<NetAddr> {
  /** Waits until the handshake is done. */
  handshake(): Promise<TlsHandshakeInfo>;
}

/** Accepts connections, in the order in which they came. */
export interface Listener<C extends Conn = Conn, A extends Addr = Addr>
  extends AsyncIterable<C>, Disposable {
  /** Where it listens. */
  readonly addr: A;
  /** Waits for the next connection. */
  accept(): Promise<C>;
  /** Stops listening. */
  close(): void;
  /** Keeps the process running; it does so unless told otherwise. */
  ref(): void;
  /** Lets the process end though it listens. */
  unref(): void;
  /** Accepts until it is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<C>;
}

/** Accepts connections over TCP. */
export type TcpListener = Listener<TcpConn, NetAddr>;
/** Accepts connections over Unix sockets. */
export type UnixListener = Listener<UnixConn, UnixAddr>;
/** Accepts connections over TLS. */
export type TlsListener = Listener<TlsConn, NetAddr>;

/** Where to listen with TCP. */
export interface TcpListenOptions {
  /** The port; 0 takes a free one. @default {0} */
  port: number;
  /** The address. @default {"0.0.0.0"} */
  hostname?: string;
  /** Lets other processes listen there as well; Node has it from 22.12 on. @default {false} */
  reusePort?: boolean;
  /** Connections that may wait for `accept`. @default {511} */
  tcpBacklog?: number;
}

/** Where to listen with a Unix socket. */
export interface UnixListenOptions {
  /** The file. */
  path: string;
}

/** A certificate and its key, in PEM. */
export interface TlsCertifiedKeyPem {
  /** How they are written. */
  keyFormat?: "pem";
  /** The certificate, with the chain behind it. */
  cert: string;
  /** Its private key. */
  key: string;
}

/** Where and how to listen with TLS. */
export interface ListenTlsOptions extends TcpListenOptions {
  /** How it talks. */
  transport?: "tcp";
  /** Application protocols, the best one first. */
  alpnProtocols?: string[];
}

/** Whom to call over TCP. */
export interface ConnectOptions {
  /** Its port. */
  port: number;
  /** Its name or address. @default {"127.0.0.1"} */
  hostname?: string;
  /** How it talks. */
  transport?: "tcp";
  /** Gives up with its reason. */
  signal?: AbortSignal;
}

/** Whom to call over a Unix socket. */
export interface UnixConnectOptions {
  /** How it talks. */
  transport: "unix";
  /** The file. */
  path: string;
}

/** Whom to call over TLS, and whom to trust. */
export interface ConnectTlsOptions {
  /** Its port. */
  port: number;
  /** Its name or address. @default {"127.0.0.1"} */
  hostname?: string;
  /** Certificates to trust beside the usual ones, in PEM. */
  caCerts?: string[];
  /** Our own certificate, where the server wants one. */
  cert?: string;
  /** Its private key. */
  key?: string;
  /** How they are written. */
  keyFormat?: "pem";
  /** Application protocols, the best one first. */
  alpnProtocols?: string[];
  /** Trusts whoever answers: for tests alone. */
  unsafelyDisableHostnameVerification?: boolean;
}

/** How a connection goes on with TLS. */
export interface StartTlsOptions {
  /** The name in the server's certificate. @default {"127.0.0.1"} */
  hostname?: string;
  /** Certificates to trust beside the usual ones, in PEM. */
  caCerts?: string[];
  /** Application protocols, the best one first. */
  alpnProtocols?: string[];
  /** Trusts a certificate for another name: for tests alone. */
  unsafelyDisableHostnameVerification?: boolean;
}

/** Where to listen with UDP. */
export interface UdpListenOptions {
  /** The port; 0 takes a free one. */
  port: number;
  /** The address. @default {"0.0.0.0"} */
  hostname?: string;
  /** Lets others bind the same address. @default {false} */
  reuseAddress?: boolean;
}

/** Sends and receives datagrams. */
export interface DatagramConn extends AsyncIterable<[Uint8Array<ArrayBuffer>, Addr]> {
  /** Where it is bound. */
  readonly addr: Addr;
  /** Waits for the next datagram, and who sent it. */
  receive(into?: Uint8Array): Promise<[Uint8Array<ArrayBuffer>, Addr]>;
  /** Sends one datagram, and says how many bytes it had. */
  send(bytes: Uint8Array, to: Addr): Promise<number>;
  /** Throws NotSupported: only Deno has it. */
  joinMulticastV4(address: string, networkInterface: string): Promise<never>;
  /** Throws NotSupported: only Deno has it. */
  joinMulticastV6(address: string, networkInterface: number): Promise<never>;
  /** Ends it. */
  close(): void;
  /** Receives until it is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<[Uint8Array<ArrayBuffer>, Addr]>;
}
