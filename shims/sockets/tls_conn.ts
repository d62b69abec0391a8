import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { SocketAddresses } from "./address.ts";
import { SocketConn } from "./conn.ts";
import { InvalidData } from "../errors/error_classes.ts";
import { isNoTls, tlsMessage } from "../errors/tls_message.ts";
import { badResource, fromCode, interrupted } from "../errors/errors.ts";
import type { NetAddr, TlsConn, TlsHandshakeInfo } from "../types.ts";

/** How a {@linkcode SocketTlsConn} is made. */
export interface SocketTlsConnOptions extends SocketAddresses<NetAddr> {
  /** The event that says that the handshake is done; a client has verified the server by then. */
  readonly secured: "secure" | "secureConnect";
  /** The connection below a server's: where the peer speaks no TLS it is told so there, as Deno does. */
  readonly below?: Socket;
}

/** The alert that Deno sends to who speaks no TLS: fatal, decode_error (RFC 8446, 6). */
const ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 50);

interface Waiting {
  resolve(info: TlsHandshakeInfo): void;
  reject(error: Error): void;
}

const RECORD_HEAD_BYTES = 5;

/** A connection over TLS: what went wrong once goes wrong each time. */
export class SocketTlsConn extends SocketConn<NetAddr> implements TlsConn {
  readonly #socket: TLSSocket;
  readonly #below: Socket | undefined;
  readonly #waiting: Waiting[] = [];
  #secured = false;
  #writeClosed = false;
  #failure: Error | undefined;

  /** Takes over a socket that shakes hands. */
  constructor(socket: TLSSocket, { secured, below, ...ends }: SocketTlsConnOptions) {
    super(socket, ends);
    this.#socket = socket;
    this.#below = below;
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

  override socketFailed(failure: Error | undefined): void {
    const error = failure ?? this.#cutShort();
    const mapped = this.mapped(error);
    super.socketFailed(error);
    if (this.#secured) return;
    this.#failure ??= mapped;
    for (const { reject } of this.#waiting.splice(0)) reject(mapped);
    // Whoever it is that we talk to here, nothing of it shall be read.
    const end = () => this.destroySocket();
    if (this.#below && isNoTls(error)) this.#below.on("error", end).write(ALERT, end);
    else end();
  }

  override socketEnded(): void {
    if (this.#secured) super.socketEnded();
    else this.socketFailed(undefined);
  }

  /** OpenSSL looks at nothing before there is the head of a record, and who speaks no TLS may have said less. */
  #cutShort(): Error | undefined {
    const { bytesRead = 0 } = this.#below ?? {};
    if (this.#secured || bytesRead === 0 || bytesRead >= RECORD_HEAD_BYTES) return undefined;
    return Object.assign(new Error("wrong version number"), {
      code: "ERR_SSL_WRONG_VERSION_NUMBER",
    });
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
    // Those of TLS have no number of the system; Bun gives them 0.
    if (error === undefined || error.errno) return super.mapped(error);
    if (error.code === "ECONNRESET") return super.mapped(undefined);
    return new InvalidData(tlsMessage(error), { cause: error });
  }

  #info(): TlsHandshakeInfo {
    // Node says false where nothing was agreed on.
    return { alpnProtocol: this.#socket.alpnProtocol || null };
  }
}
