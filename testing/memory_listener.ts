import type { Address } from "../net/address.ts";
import type { Listener, Transport } from "../net/transport.ts";
import { MemoryTransport } from "./memory_transport.ts";

interface Waiting {
  resolve(transport: Transport): void;
  reject(error: Error): void;
}

/**
 * A listener in memory: the test says who connects, and which accept fails.
 *
 * @example A server without a network
 * ```ts
 * import { lines, serve } from "@parley/sockets";
 * import { MemoryListener, turns } from "@parley/sockets/testing";
 * import { assert } from "@std/assert";
 *
 * const listener = new MemoryListener();
 * await using server = serve(listener, { codec: lines() }, (connection) => connection.send("hello"));
 * const peer = listener.connect();
 * await turns();
 * assert(peer.written === "hello\n");
 * peer.finish();
 * ```
 */
export class MemoryListener implements Listener {
  /** What it says of itself; nobody can connect there but the test. */
  readonly addr: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  /** `close` was called. */
  closed = false;
  /** How many accepts were begun. */
  accepts = 0;
  #queue: (Transport | Error)[] = [];
  #waiting: Waiting | undefined;

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

  /**
   * Waits for the next one to connect.
   *
   * @throws {Deno.errors.BadResource} It was closed.
   * @throws {Deno.errors.Busy} Another accept waits, as Deno's own listener says it.
   */
  async accept(): Promise<Transport> {
    this.accepts++;
    if (this.closed) throw closedListener();
    if (this.#waiting) throw new Deno.errors.Busy("Another accept task is ongoing");
    const next = this.#queue.shift();
    if (next instanceof Error) throw next;
    if (next) return next;
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Stops listening. @throws {Deno.errors.BadResource} It was closed before. */
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
