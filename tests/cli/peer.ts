import { connect, type Server, type Socket } from "node:net";
import { Collected } from "./collected.ts";
import { turns } from "../contract/waiting.ts";

/** A bare socket, as a peer that nobody here wrote would use it: it shares no code with what it tests. */
export class Peer implements AsyncDisposable {
  readonly #conn: Deno.Conn;
  readonly #heard = new Collected("the server");
  #reading: Promise<void> | undefined;
  #failure: unknown;
  #hex = "";
  #closed = false;

  /** Takes over a connection; it reads nothing before somebody wants to see something. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** What came so far. */
  get text(): string {
    return this.#heard.text;
  }

  /** What came so far, as hexadecimal digits. */
  get hex(): string {
    return this.#hex;
  }

  /** Sends text or bytes; all of it is with the system afterwards. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** Says that it will send no more. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Waits for a line. */
  line(): Promise<string | undefined> {
    return this.#listen().line();
  }

  /** Waits for as many lines. */
  lines(count: number): Promise<string[]> {
    return this.#listen().lines(count);
  }

  /** Waits until what came matches. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#listen().until(pattern);
  }

  /** Waits for the end, and returns what nobody has taken yet. */
  rest(): Promise<string> {
    return this.#listen().rest();
  }

  /** Waits for the end, and says whether the server closed politely. */
  async ending(): Promise<"polite" | "reset"> {
    await this.rest();
    return this.#failure === undefined ? "polite" : "reset";
  }

  /** Reads some bytes and no more. */
  async readSome(count: number): Promise<void> {
    await this.#conn.read(new Uint8Array(count));
  }

  /** Hangs up; the system sends a reset where something that came was not read. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** Hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#reading;
  }

  #listen(): Collected {
    this.#reading ??= this.#read();
    return this.#heard;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (true) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        const bytes = buffer.subarray(0, count);
        this.#hex += bytes.toHex();
        this.#heard.add(bytes);
      }
    } catch (error) {
      // What came before a reset counts; who cares for the reset itself asks `ending`.
      this.#failure = error;
    }
    this.#heard.end();
  }
}

/** Connects to a port of this machine. */
export async function connectPeer(port: number, hostname = "127.0.0.1"): Promise<Peer> {
  const conn = await Deno.connect({ hostname, port });
  conn.setNoDelay(true);
  return new Peer(conn);
}

/** Says whether a port can be listened on. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

/** Another test may get a port that was just freed, and not for longer than this. */
const MAX_TAKEN_TURNS = 500;

/** Says whether nobody listens at a port. */
export async function isRefused(port: number): Promise<boolean> {
  for (let turn = 0; turn < MAX_TAKEN_TURNS; turn++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return true;
      throw error;
    }
    await turns(1);
  }
  return false;
}

/** Connects with a socket that can reset: Deno's own says FIN before it closes. */
export async function connectResetting(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return socket;
}

/** Waits until a server of node:net listens on a free port, and returns the port. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}
