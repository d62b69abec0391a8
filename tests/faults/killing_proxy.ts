/** The way that bytes go: up from the client, down from the server. */
export type Way = "up" | "down";

/** Where something is killed, and how. */
export interface KillPoint {
  readonly way: Way;
  /** So many bytes pass that way, and then no more. */
  readonly bytes: number;
  readonly kill: () => Promise<void> | void;
}

/** A port between a client and a server that counts the bytes of the last connection, and kills at one of them. */
export class KillingProxy implements AsyncDisposable {
  /** What passed. */
  readonly passed: Record<Way, number> = { up: 0, down: 0 };
  /** What passed, byte by byte. */
  readonly seen: Record<Way, Uint8Array[]> = { up: [], down: [] };
  /** The server's port. */
  target: number;
  readonly #listener: Deno.Listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;
  #point: KillPoint | undefined;
  #passing: Promise<unknown> = Promise.resolve();

  /** Opens a port before a server's. */
  constructor(target: number) {
    this.target = target;
    this.#accepting = this.#accept();
  }

  /** The port to connect to. */
  get port(): number {
    const { addr } = this.#listener;
    return "port" in addr ? addr.port : 0;
  }

  /** The next connection is cut there; undefined lets it pass. */
  arm(point: KillPoint | undefined): void {
    this.#point = point;
  }

  /** Waits until the last connection is over. */
  async idle(): Promise<void> {
    await this.#passing;
  }

  /** Closes the port. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await this.#passing;
  }

  async #accept(): Promise<void> {
    while (true) {
      let client: Deno.Conn;
      try {
        client = await this.#listener.accept();
      } catch {
        return;
      }
      this.#passing = this.#pass(client);
    }
  }

  async #pass(client: Deno.Conn): Promise<void> {
    for (const way of ["up", "down"] as const) {
      this.passed[way] = 0;
      this.seen[way] = [];
    }
    let server: Deno.Conn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
    } catch {
      return client.close();
    }
    const ends = [client, server];
    await Promise.all([
      this.#pump(ends, { way: "up", from: client, to: server }),
      this.#pump(ends, { way: "down", from: server, to: client }),
    ]);
    for (const end of ends) close(end);
  }

  async #pump(
    ends: readonly Deno.Conn[],
    { way, from, to }: { way: Way; from: Deno.Conn; to: Deno.Conn },
  ): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (true) {
        const point = this.#point?.way === way ? this.#point : undefined;
        const room = (point?.bytes ?? Infinity) - this.passed[way];
        const count = await from.read(buffer.subarray(0, Math.min(room, buffer.length)));
        if (count === null) break;
        for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
        this.passed[way] += count;
        this.seen[way].push(buffer.slice(0, count));
        if (count < room) continue;
        await point?.kill();
        // What has passed still arrives.
        break;
      }
      await to.closeWrite();
    } catch {
      // One of them is gone, so the other one hears the same.
      for (const end of ends) close(end);
    }
  }
}

function close(end: Deno.Conn): void {
  try {
    end.close();
  } catch {
    // It is closed.
  }
}
