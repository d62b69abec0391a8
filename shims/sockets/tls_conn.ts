import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { SocketAddresses } from "./address.ts";
import { SocketConn } from "./conn.ts";
import { InvalidData } from "../errors/error_classes.ts";
import { badResource, fromCode, interrupted } from "../errors/errors.ts";
import type { NetAddr, TlsConn, TlsHandshakeInfo } from "../types.ts";

/** How a {@linkcode SocketTlsConn} is made. */
export interface SocketTlsConnOptions extends SocketAddresses<NetAddr> {
  /** The event that says that the handshake is done; a client has verified the server by then. */
  readonly secured: "secure" | "secureConnect";
}

interface Waiting {
  resolve(info: TlsHandshakeInfo): void;
  reject(error: Error): void;
}

/** OpenSSL's names for a certificate whose issuer is not among those that are trusted. */
const UNKNOWN_ISSUER = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** A connection over TLS: what went wrong once goes wrong each time. */
export class SocketTlsConn extends SocketConn<NetAddr> implements TlsConn {
  readonly #socket: TLSSocket;
  readonly #waiting: Waiting[] = [];
  #secured = false;
  #writeClosed = false;
  #failure: Error | undefined;

  /** Takes over a socket that shakes hands. */
  constructor(socket: TLSSocket, { secured, ...ends }: SocketTlsConnOptions) {
    super(socket, ends);
    this.#socket = socket;
    socket.once(secured, () => {
      this.#secured = true;
      for (const { resolve } of this.#waiting.splice(0)) resolve(this.#info());
    });
  }

  /** TLS does not read again behind an end. */
  override get endIsCertain(): boolean {
    return true;
  }

  override get failsAgain(): boolean {
    return true;
  }

  handshake(): Promise<TlsHandshakeInfo> {
    if (this.closed) return Promise.reject(badResource("Listener has been closed"));
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#secured) return Promise.resolve(this.#info());
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  override write(bytes: Uint8Array): Promise<number> {
    if (this.#writeClosed && !this.closed) return Promise.reject(fromCode("ENOTCONN"));
    if (this.#secured || this.closed) return super.write(bytes);
    // Node would send it before it has looked at whom it talks to.
    return this.handshake().then(() => super.write(bytes));
  }

  override closeWrite(): Promise<void> {
    this.#writeClosed = true;
    if (this.#secured || this.#failure || this.closed) return super.closeWrite();
    return this.handshake().then(() => super.closeWrite());
  }

  override release(): TLSSocket {
    super.release();
    for (const { reject } of this.#waiting.splice(0)) reject(interrupted());
    return this.#socket;
  }

  override socketFailed(error: Error | undefined): void {
    const mapped = this.mapped(error);
    super.socketFailed(error);
    if (this.#secured) return;
    this.#failure ??= mapped;
    for (const { reject } of this.#waiting.splice(0)) reject(mapped);
    // Whoever it is that we talk to here, nothing of it shall be read.
    this.destroySocket();
  }

  override socketEnded(): void {
    if (this.#secured) super.socketEnded();
    else this.socketFailed(undefined);
  }

  protected override sayEnd(socket: Socket, said: () => void): void {
    // A server's tickets that nobody has read would make a reset of the end, and the peer lose what is under way.
    socket.resume();
    super.sayEnd(socket, said);
  }

  protected override get canEnd(): boolean {
    return this.#secured;
  }

  protected override mapped(error: NodeJS.ErrnoException | undefined): Error {
    // The system's errors have a number; those of TLS have none, or 0 on Bun.
    if (error === undefined || error.errno) return super.mapped(error);
    const { code = "", message } = error;
    if (code === "ECONNRESET") return super.mapped(undefined);
    const reason = UNKNOWN_ISSUER.has(code)
      ? "UnknownIssuer"
      : code === "CERT_HAS_EXPIRED"
      ? "Expired"
      : message;
    const isAboutPeer = code.startsWith("ERR_TLS_CERT") || !code.startsWith("ERR_");
    return new InvalidData(isAboutPeer ? `invalid peer certificate: ${reason}` : message, {
      cause: error,
    });
  }

  #info(): TlsHandshakeInfo {
    // Node says false where nothing was agreed on.
    return { alpnProtocol: this.#socket.alpnProtocol || null };
  }
}
