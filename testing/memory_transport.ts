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

/** Something that stands still until the test lets it go on, or fail. */
class Gate {
  /** Settles when the gate is opened or broken. */
  readonly passed: Promise<void>;
  open!: () => void;
  break!: (error: Error) => void;

  constructor() {
    this.passed = new Promise((resolve, reject) => {
      this.open = resolve;
      this.break = reject;
    });
    this.passed.catch(() => {});
  }
}

/**
 * A byte stream in memory. The methods that a transport has are the kernel's; the others are the test's, which plays
 * the peer and the system: it decides how bytes are cut, and when they pass.
 *
 * @example Bytes that come cut, and a peer that reads nothing
 * ```ts
 * import { Connection, lines } from "@parley/sockets";
 * import { FakeClock, MemoryTransport, turns } from "@parley/sockets/testing";
 * import { assert } from "@std/assert";
 *
 * const peer = new MemoryTransport();
 * using connection = new Connection(peer, lines(), { clock: new FakeClock() });
 * peer.deliver("hel", "lo\n");
 * assert(await connection.receive() === "hello");
 * peer.blockWrites();
 * void connection.send("anybody?");
 * await turns();
 * assert(connection.queuedBytes === 9 && peer.written === "");
 * ```
 */
export class MemoryTransport implements Transport {
  /** Our end. */
  readonly localAddr: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  /** The peer's end. */
  readonly remoteAddr: Address;
  /** How much each read asked for. */
  readonly readSizes: number[] = [];
  /** What each write took. */
  readonly writes: Uint8Array[] = [];
  /** How many writes were begun. */
  writeCalls = 0;
  /** How much one write takes at most. */
  maxWriteBytes: number = Infinity;
  /** The kernel has closed it. */
  closed = false;
  /** The kernel has said that it will write no more. */
  writeClosed = false;
  /** Small writes shall be sent at once. */
  noDelay = false;
  readonly #options: MemoryTransportOptions;
  #chunks: Uint8Array[] = [];
  #pending: PendingRead[] = [];
  #finished = false;
  #readError: Error | undefined;
  #writeError: Error | undefined;
  #writesBlocked: Gate | undefined;
  #closeWriteBlocked: Gate | undefined;

  /** Makes one whose peer has sent nothing yet. */
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
    this.#writesBlocked?.break(error);
    this.#closeWriteBlocked?.break(error);
  }

  /** The peer reads nothing: writes take no byte until it reads again. To say it twice is to say it once. */
  blockWrites(): void {
    this.#writesBlocked ??= new Gate();
  }

  /** The peer reads again: every write that stands goes on, also where writes are blocked anew in this very turn. */
  unblockWrites(): void {
    this.#writesBlocked?.open();
    this.#writesBlocked = undefined;
  }

  /** The system does not come to say that no more will be written (TLS with a peer that reads nothing). Twice is once. */
  blockCloseWrite(): void {
    this.#closeWriteBlocked ??= new Gate();
  }

  /** The system comes to say it. */
  unblockCloseWrite(): void {
    this.#closeWriteBlocked?.open();
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

  /** Reads what the peer delivered, one chunk at most. */
  read(into: Uint8Array): Promise<number | null> {
    this.readSizes.push(into.length);
    if (this.closed) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    return new Promise((resolve, reject) => {
      this.#pending.push({ into, resolve, reject });
      this.#answer();
    });
  }

  /** Takes bytes for the peer, as many as `maxWriteBytes` says. */
  async write(bytes: Uint8Array): Promise<number> {
    this.writeCalls++;
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    if (this.#writesBlocked && !this.#writeError) await this.#writesBlocked.passed;
    if (this.writeClosed) throw new Deno.errors.BrokenPipe("Broken pipe");
    if (this.#writeError) throw this.#writeError;
    const taken = bytes.slice(0, this.maxWriteBytes);
    this.writes.push(taken);
    this.#options.onWrite?.(taken);
    return taken.length;
  }

  /** Says that no more will be written. */
  async closeWrite(): Promise<void> {
    if (this.#closeWriteBlocked && !this.#writeError) await this.#closeWriteBlocked.passed;
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    if (this.#writeError) throw this.#writeError;
    if (this.writeClosed) return;
    this.writeClosed = true;
    this.#options.onCloseWrite?.();
  }

  /** Ends both directions. */
  close(): void {
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    this.closed = true;
    const interrupted = new Deno.errors.Interrupted("operation canceled");
    for (const { reject } of this.#pending.splice(0)) reject(interrupted);
    this.#writesBlocked?.break(interrupted);
    this.#closeWriteBlocked?.break(interrupted);
    if (!this.writeClosed) this.#options.onCloseWrite?.();
  }

  /** Notes what the kernel wants. */
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
