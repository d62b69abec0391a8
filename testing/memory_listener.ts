import type { Address } from "../net/address.ts";
import type { Listener, Transport } from "../net/transport.ts";
import { MemoryTransport } from "./memory_transport.ts";

/** A listener in memory: the test says who connects, and which accept fails. */
export class MemoryListener implements Listener {
  readonly addr: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  closed = false;
  /** How many accepts were begun. */
  accepts = 0;
  #queue: (Transport | Error)[] = [];
  #waiting: PromiseWithResolvers<Transport> | undefined;

  /** A peer connects, from an address or over a transport of its own. */
  connect(from: string | MemoryTransport = "127.0.0.1"): MemoryTransport {
    const transport = typeof from === "string"
      ? new MemoryTransport({ remoteAddr: { transport: "tcp", hostname: from, port: 2 } })
      : from;
    this.#add(transport);
    return transport;
  }

  /** An accept fails. */
  fail(error: Error = new Error("Too many open files (os error 24)")): void {
    this.#add(error);
  }

  async accept(): Promise<Transport> {
    this.accepts++;
    if (this.closed) throw closedListener();
    const next = this.#queue.shift();
    if (next instanceof Error) throw next;
    if (next) return next;
    this.#waiting = Promise.withResolvers();
    return await this.#waiting.promise;
  }

  close(): void {
    if (this.closed) throw closedListener();
    this.closed = true;
    this.#waiting?.reject(closedListener());
    this.#waiting = undefined;
  }

  #add(next: Transport | Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!waiting) this.#queue.push(next);
    else if (next instanceof Error) waiting.reject(next);
    else waiting.resolve(next);
  }
}

function closedListener(): Error {
  return new Deno.errors.BadResource("Listener has been closed");
}
