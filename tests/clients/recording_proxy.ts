/** How a {@linkcode RecordingProxy} passes bytes on. */
export interface RecordingProxyOptions {
  /** Its first client gets so many bytes through, and no more: the server has stalled. @default {Infinity} */
  stallAfterBytes?: number;
}

/** Stands between a client and a server, passes on what they say, and keeps it. */
export class RecordingProxy implements AsyncDisposable {
  /** Bytes from clients, as they came. */
  readonly fromClients: Uint8Array[] = [];
  /** Bytes from the server, as they came. */
  readonly fromServer: Uint8Array[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #serverPort: number;
  #stallAfterBytes: number;
  readonly #stalled = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  readonly #open = new Set<Deno.Conn>();
  readonly #running: Promise<void>;
  readonly #pumps: Promise<void>[] = [];

  /** Begins to listen for who wants to talk to a port of this machine. */
  constructor(serverPort: number, { stallAfterBytes = Infinity }: RecordingProxyOptions = {}) {
    this.#serverPort = serverPort;
    this.#stallAfterBytes = stallAfterBytes;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#running = this.#run();
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.addr.port;
  }
  /** How many bytes came from clients. */
  get sentBytes(): number {
    return this.fromClients.reduce((sum, { length }) => sum + length, 0);
  }
  /** Settles when it passes no more bytes on. */
  get stalled(): Promise<void> {
    return this.#stalled.promise;
  }

  /** Says whether a text crossed it, in either direction. */
  has(text: string): boolean {
    const wanted = new TextEncoder().encode(text).toHex();
    return [this.fromClients, this.fromServer].some((pieces) =>
      pieces.map((bytes) => bytes.toHex()).join("").includes(wanted)
    );
  }

  /** Hangs up on everybody; who comes after that is served. */
  hangUp(): void {
    for (const conn of this.#open) this.#close(conn);
  }

  /** Hangs up on everybody, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#over.resolve();
    this.hangUp();
    await this.#running;
    await Promise.all(this.#pumps);
  }

  async #run(): Promise<void> {
    while (true) {
      let client: Deno.Conn;
      try {
        client = await this.#listener.accept();
      } catch {
        return;
      }
      const server = await this.#connect();
      if (!server) {
        client.close();
        continue;
      }
      this.#open.add(client).add(server);
      this.#pumps.push(
        this.#pump(client, { to: server, kept: this.fromClients, limit: this.#stallAfterBytes }),
        this.#pump(server, { to: client, kept: this.fromServer, limit: Infinity }),
      );
      this.#stallAfterBytes = Infinity;
    }
  }

  async #connect(): Promise<Deno.Conn | undefined> {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port: this.#serverPort });
    } catch {
      // The server has gone, and so has what stands in front of it.
      return undefined;
    }
  }

  async #pump(
    from: Deno.Conn,
    { to, kept, limit }: { to: Deno.Conn; kept: Uint8Array[]; limit: number },
  ): Promise<void> {
    const buffer = new Uint8Array(65_536);
    let passed = 0;
    try {
      for (let count; (count = await from.read(buffer)) !== null;) {
        kept.push(buffer.slice(0, count));
        const bytes = buffer.subarray(0, Math.min(count, limit - passed));
        for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
        passed += bytes.length;
        if (passed < limit) continue;
        this.#stalled.resolve();
        return await this.#over.promise;
      }
      await to.closeWrite();
    } catch {
      // One of them is gone, and so is the other.
      this.#close(from);
      this.#close(to);
    }
  }

  #close(conn: Deno.Conn): void {
    if (!this.#open.delete(conn)) return;
    conn.close();
  }
}
