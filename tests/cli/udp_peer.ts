/** A UDP socket of a test, which shares no code with what it tests. */
export class UdpPeer implements Disposable {
  readonly #socket: Deno.DatagramConn;
  #to: Deno.NetAddr | undefined;

  /** Binds a free port. @param port whom it sends to, unless it is told otherwise */
  constructor({ port, hostname = "127.0.0.1" }: { port?: number; hostname?: string } = {}) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    if (port !== undefined) this.#to = { transport: "udp", hostname, port };
  }

  /** The port that it has. */
  get port(): number {
    // It is one for UDP.
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** The port of whom it talks to. */
  get peerPort(): number {
    return this.#to!.port;
  }

  /** Sends a datagram, to whom the last one came from unless it was told whom to talk to. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await this.#socket.send(bytes, this.#to!);
  }

  /** Waits for the next datagram, and returns its bytes. */
  async bytes(): Promise<Uint8Array> {
    const [data, from] = await this.#socket.receive(new Uint8Array(65_536));
    // It came over UDP.
    this.#to = from as Deno.NetAddr;
    return data;
  }

  /** Waits for the next datagram, and returns its text. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** Sends a datagram, and returns the text of the next one. */
  async ask(data: string | Uint8Array): Promise<string> {
    await this.send(data);
    return await this.text();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
