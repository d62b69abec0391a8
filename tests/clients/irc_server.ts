import { Collected } from "../cli/collected.ts";

/** What a {@linkcode PlayedIrcServer} answers to a line; undefined leaves it to the server. */
export type Answer = (
  line: { readonly command: string; readonly params: string; readonly nick: string },
) => readonly string[] | undefined;

/**
 * An IRC server of a few lines that a test plays the rest of: it welcomes, answers PING and QUIT, and lets everybody in. It
 * shares no code with what it tests.
 */
export class PlayedIrcServer implements AsyncDisposable {
  /** What came, from all clients. */
  readonly heard = new Collected("the client");
  readonly #listener: Deno.TcpListener;
  readonly #answer: Answer;
  readonly #conns = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;

  /** Listens on a free port of this machine, or on the one that is given. */
  constructor({ answer = () => undefined, port = 0 }: { answer?: Answer; port?: number } = {}) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#answer = answer;
    this.#serving = this.#serve();
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Sends lines to every client. */
  async send(...lines: readonly string[]): Promise<void> {
    await Promise.all([...this.#conns].map((conn) => write(conn, lines)));
  }

  /** Hangs up on every client. */
  hangUp(): void {
    for (const conn of this.#conns) conn.close();
    this.#conns.clear();
  }

  /** Hangs up, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.hangUp();
    await this.#serving;
    this.heard.end();
  }

  async #serve(): Promise<void> {
    const talks: Promise<void>[] = [];
    try {
      for await (const conn of this.#listener) {
        this.#conns.add(conn);
        // It hung up, or the client did.
        talks.push(this.#talk(conn).catch(() => {}));
      }
    } catch {
      // It listens no more.
    }
    await Promise.all(talks);
  }

  async #talk(conn: Deno.Conn): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4096);
    let [text, nick] = ["", "*"];
    while (true) {
      const count = await conn.read(buffer);
      if (count === null) break;
      this.heard.add(buffer.subarray(0, count));
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
      const lines = text.split("\r\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const space = line.includes(" ") ? line.indexOf(" ") : line.length;
        const [command, params] = [line.slice(0, space), line.slice(space + 1)];
        const said = { command, params, nick: command === "NICK" ? params : nick };
        await write(conn, this.#answer(said) ?? usualAnswer(said));
        if (command === "NICK") nick = params.replace(/^:/, "");
        if (command !== "QUIT") continue;
        this.#conns.delete(conn);
        conn.close();
        return;
      }
    }
    if (this.#conns.delete(conn)) conn.close();
  }
}

function usualAnswer(
  { command, params, nick }: { command: string; params: string; nick: string },
): readonly string[] {
  const channel = params.split(" ")[0]!.replace(/^:/, "");
  switch (command) {
    case "CAP":
      return params.startsWith("LS") ? [":irc.test CAP * LS :"] : [];
    case "USER":
      return [
        `:irc.test 001 ${nick} :Welcome to the test, ${nick}`,
        `:irc.test 005 ${nick} CASEMAPPING=ascii CHANTYPES=# :are supported by this server`,
        `:irc.test 422 ${nick} :No MOTD`,
      ];
    case "PING":
      return [`:irc.test PONG irc.test ${params.startsWith(":") ? params : `:${params}`}`];
    case "JOIN":
      return [
        `:${nick}!${nick}@127.0.0.1 JOIN ${channel}`,
        `:irc.test 353 ${nick} = ${channel} :${nick}`,
        `:irc.test 366 ${nick} ${channel} :End of NAMES list`,
      ];
    case "PART":
      return [`:${nick}!${nick}@127.0.0.1 PART ${channel}`];
    case "QUIT":
      return [`ERROR :Closing link`];
    default:
      return [];
  }
}

async function write(conn: Deno.Conn, lines: readonly string[]): Promise<void> {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(""));
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
