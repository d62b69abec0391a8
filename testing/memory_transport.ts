import type { Address } from "../net/address.ts";
import type { Transport } from "../net/transport.ts";

interface PendingRead {
  into: Uint8Array;
  resolve: (count: number | null) => void;
  reject: (error: unknown) => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How a {@linkcode MemoryTransport} is made. */
export interface MemoryTransportOptions {
  /** The peer's end. */
  remoteAddr?: Address;
  /** Hears what was written, for a peer that answers. */
  onWrite?: (bytes: Uint8Array) => void;
  /** Hears that no more will be written. */
  onCloseWrite?: () => void;
}

/**
 * A byte stream in memory. The methods that a transport has are the kernel's; the others are the test's, which plays
 * the peer and the system: it decides how bytes are cut, and when they pass.
 */
export class MemoryTransport implements Transport {
  readonly localAddr: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  readonly remoteAddr: Address;
  /** How much each read asked for. */
  readonly readSizes: number[] = [];
  /** What each write took. */
  readonly writes: Uint8Array[] = [];
  /** How many writes were begun. */
  writeCalls = 0;
  /** How much one write takes at most. */
  maxWriteBytes = Infinity;
  closed = false;
  writeClosed = false;
  noDelay = false;
  readonly #options: MemoryTransportOptions;
  #chunks: Uint8Array[] = [];
  #pending: PendingRead[] = [];
  #finished = false;
  #readError: Error | undefined;
  #writeError: Error | undefined;
  #writesBlocked: PromiseWithResolvers<void> | undefined;
  #closeWriteBlocked: PromiseWithResolvers<void> | undefined;

  constructor(options: MemoryTransportOptions = {}) {
    this.#options = options;
    this.remoteAddr = options.remoteAddr ?? { transport: "tcp", hostname: "127.0.0.1", port: 2 };
  }

  /** The peer sent these, each of which answers one read. */
  deliver(...chunks: (string | Uint8Array)[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
    }
    this.#answer();
  }

  /** The peer will send no more (FIN). */
  finish(): void {
    this.#finished = true;
    this.#answer();
  }

  /** The peer reset the connection: what it sent before can no longer be read. */
  reset(error: Error = new Deno.errors.ConnectionReset("Connection reset by peer")): void {
    this.#chunks = [];
    this.#readError = error;
    this.#answer();
    this.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  }

  /** Writes fail from now on; what the peer sent can still be read. */
  failWrites(error: Error): void {
    this.#writeError = error;
    this.#writesBlocked?.reject(error);
  }

  /** The peer reads nothing: writes take no byte until it reads again. */
  blockWrites(): void {
    this.#writesBlocked = Promise.withResolvers();
    this.#writesBlocked.promise.catch(() => {});
  }

  unblockWrites(): void {
    this.#writesBlocked?.resolve();
    this.#writesBlocked = undefined;
  }

  /** The system does not come to say that no more will be written (TLS with a peer that reads nothing). */
  blockCloseWrite(): void {
    this.#closeWriteBlocked = Promise.withResolvers();
    this.#closeWriteBlocked.promise.catch(() => {});
  }

  unblockCloseWrite(): void {
    this.#closeWriteBlocked?.resolve();
    this.#closeWriteBlocked = undefined;
  }

  /** Bytes that the peer sent and nobody read. */
  get unread(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }
  /** A read waits for the peer. */
  get reading(): boolean {
    return this.#pending.length > 0;
  }
  /** All that was written, as text. */
  get written(): string {
    return this.writes.map((bytes) => decoder.decode(bytes)).join("");
  }

  read(into: Uint8Array): Promise<number | null> {
    this.readSizes.push(into.length);
    if (this.closed) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    return new Promise((resolve, reject) => {
      this.#pending.push({ into, resolve, reject });
      this.#answer();
    });
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writeCalls++;
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    if (this.#writesBlocked) await this.#writesBlocked.promise;
    if (this.writeClosed) throw new Deno.errors.BrokenPipe("Broken pipe");
    if (this.#writeError) throw this.#writeError;
    const taken = bytes.slice(0, this.maxWriteBytes);
    this.writes.push(taken);
    this.#options.onWrite?.(taken);
    return taken.length;
  }

  async closeWrite(): Promise<void> {
    if (this.#closeWriteBlocked) await this.#closeWriteBlocked.promise;
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    if (this.#writeError) throw this.#writeError;
    if (this.writeClosed) return;
    this.writeClosed = true;
    this.#options.onCloseWrite?.();
  }

  close(): void {
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    this.closed = true;
    const interrupted = new Deno.errors.Interrupted("operation canceled");
    for (const { reject } of this.#pending.splice(0)) reject(interrupted);
    this.#writesBlocked?.reject(interrupted);
    this.#closeWriteBlocked?.reject(interrupted);
    if (!this.writeClosed) this.#options.onCloseWrite?.();
  }

  setNoDelay(noDelay = true): void {
    this.noDelay = noDelay;
  }

  #answer(): void {
    while (this.#pending.length > 0) {
      if (this.#readError) {
        this.#pending.shift()!.reject(this.#readError);
        continue;
      }
      const chunk = this.#chunks[0];
      if (chunk === undefined && !this.#finished) return;
      const { into, resolve } = this.#pending.shift()!;
      if (chunk === undefined) {
        resolve(null);
        continue;
      }
      const count = Math.min(chunk.length, into.length);
      into.set(chunk.subarray(0, count));
      if (count === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(count);
      resolve(count);
    }
  }
}

/** Returns two transports that are each other's peer. */
export function memoryPair(): [MemoryTransport, MemoryTransport] {
  const first: MemoryTransport = new MemoryTransport({
    onWrite: (bytes) => second.deliver(bytes),
    onCloseWrite: () => second.finish(),
  });
  const second: MemoryTransport = new MemoryTransport({
    onWrite: (bytes) => first.deliver(bytes),
    onCloseWrite: () => first.finish(),
  });
  return [first, second];
}
