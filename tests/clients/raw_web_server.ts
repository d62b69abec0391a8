/** What was asked. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  /** The whole head as it came. */
  readonly head: string;
}

/** Bytes, one character each, after which the server ends; or what does it all by itself. */
export type Answer = string | ((conn: Deno.Conn) => Promise<void>);

/** A web server that answers whatever a test wants, be it ever so broken. `await using` ends it. */
export class RawWebServer implements AsyncDisposable {
  /** Everything that was asked, in order. */
  readonly asked: Asked[] = [];
  /** Its port. */
  readonly port: number;
  readonly #listener: Deno.Listener<Deno.Conn, Deno.NetAddr>;
  readonly #answer: (asked: Asked) => Answer;
  readonly #serving: Promise<void>;
  readonly #conns = new Set<Promise<void>>();

  /** Starts one. */
  constructor(
    answer: string | ((asked: Asked) => Answer),
    { listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }) }: {
      listener?: Deno.Listener<Deno.Conn, Deno.NetAddr>;
    } = {},
  ) {
    this.#listener = listener;
    this.port = listener.addr.port;
    this.#answer = typeof answer === "string" ? () => answer : answer;
    this.#serving = this.#serve();
  }

  /** The URL of a path. */
  url(path = "/"): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async #serve(): Promise<void> {
    for await (const conn of this.#listener) {
      const served = this.#one(conn).catch(() => {}).finally(() => {
        try {
          conn.close();
        } catch {
          // It is closed already.
        }
        this.#conns.delete(served);
      });
      this.#conns.add(served);
    }
  }

  async #one(conn: Deno.Conn): Promise<void> {
    let head = "";
    const into = new Uint8Array(4096);
    while (!head.includes("\r\n\r\n")) {
      const count = await conn.read(into);
      if (count === null) return;
      head += String.fromCharCode(...into.subarray(0, count));
    }
    const [method = "", target = ""] = head.split(" ");
    const asked = { method, target, head };
    this.asked.push(asked);
    const answer = this.#answer(asked);
    if (typeof answer !== "string") return await answer(conn);
    await write(conn, answer);
    await conn.closeWrite();
    await untilItLeaves(conn);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
    await Promise.all(this.#conns);
  }
}

/** Writes text of one character a byte. */
export async function write(conn: Deno.Conn, text: string): Promise<void> {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Waits until the client closes the connection, or resets it. */
export async function untilItLeaves(conn: Deno.Conn): Promise<void> {
  const into = new Uint8Array(4096);
  try {
    while (await conn.read(into) !== null);
  } catch {
    // A client that has enough may reset the connection.
  }
}
