import type { DatagramTransport } from "../../../net/datagrams/mod.ts";
import { turns } from "../../../testing/mod.ts";

/** Returns the address of a peer. */
export function peer(port: number, hostname = "10.0.0.1"): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

interface Waiting {
  into: Uint8Array;
  resolve(received: [Uint8Array<ArrayBuffer>, Deno.Addr]): void;
  reject(error: unknown): void;
}

/** A socket without a network: a test hands it what arrives, and sees what is sent. */
export class FakeSocket implements DatagramTransport {
  readonly addr: Deno.NetAddr;
  /** What was sent: text, and where to. */
  readonly sent: [text: string, port: number][] = [];
  /** What the next sends are rejected with. */
  sendError: unknown;
  /** A send that fails throws, as no socket of Deno does. */
  throwsAtOnce = false;
  /** How many receives have begun. */
  receives = 0;
  closed = false;
  readonly #waiting: Waiting[] = [];
  readonly #arrived: [Uint8Array, Deno.Addr][] = [];
  readonly #errors: unknown[] = [];

  constructor(hostname = "192.0.2.1", port = 9000) {
    this.addr = { transport: "udp", hostname, port };
  }

  receive(into: Uint8Array): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    this.receives++;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ into, resolve, reject });
      this.#hand();
    });
  }

  send(bytes: Uint8Array, to: Deno.NetAddr): Promise<number> {
    if (this.sendError !== undefined && this.throwsAtOnce) throw this.sendError;
    if (this.sendError !== undefined) return Promise.reject(this.sendError);
    this.sent.push([new TextDecoder().decode(bytes), to.port]);
    return Promise.resolve(bytes.length);
  }

  close(): void {
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    this.closed = true;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new Deno.errors.Interrupted("operation canceled"));
    }
  }

  /** A datagram arrives, and everything is done that it leads to. */
  async arrive(content: string | Uint8Array, from: Deno.NetAddr): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.#arrived.push([bytes, from]);
    this.#hand();
    await turns(2);
  }

  /** The next receive fails. */
  async fail(error: unknown): Promise<void> {
    this.#errors.push(error);
    this.#hand();
    await turns(2);
  }

  #hand(): void {
    while (this.#waiting.length > 0) {
      if (this.#errors.length > 0) {
        this.#waiting.shift()!.reject(this.#errors.shift());
      } else if (this.#arrived.length > 0) {
        const { into, resolve } = this.#waiting.shift()!;
        const [bytes, from] = this.#arrived.shift()!;
        const fitting = bytes.subarray(0, into.length);
        into.set(fitting);
        // The buffers of who receives here are plain ones.
        resolve([into.subarray(0, fitting.length) as Uint8Array<ArrayBuffer>, from]);
      } else return;
    }
  }
}
