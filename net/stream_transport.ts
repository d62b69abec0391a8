import type { Address } from "./address.ts";
import type { Transport } from "./transport.ts";

/** What {@linkcode streamTransport} is made of. */
export interface StreamTransportOptions {
  /** What comes in. */
  readable: ReadableStream<Uint8Array>;
  /** Where to what goes out. */
  writable: WritableStream<Uint8Array>;
  /** What to call our end. @default {{ transport: "unix", path: "stream" }} */
  localAddr?: Address;
  /** What to call the peer's end. @default {{ transport: "unix", path: "stream" }} */
  remoteAddr?: Address;
}

const NAMELESS: Address = { transport: "unix", path: "stream" };

/**
 * Makes a byte stream for a {@linkcode Connection} out of a pair of web streams: a child's stdin and stdout, a
 * `CompressionStream` on either side, a WebTransport stream. It refuses streams that are locked.
 *
 * A write is with the stream when its promise settles, so the stream's own queue decides about backpressure.
 *
 * @throws {TypeError} One of the streams is locked.
 *
 * @example
 * ```ts
 * import { Connection, lines, streamTransport } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const loop = new TransformStream<Uint8Array, Uint8Array>();
 * await using connection = new Connection(streamTransport(loop), lines());
 * const sent = connection.send("hello");
 * assert(await connection.receive() === "hello");
 * await sent;
 * ```
 */
export function streamTransport(options: StreamTransportOptions): Transport {
  return new StreamTransport(options);
}

class StreamTransport implements Transport {
  readonly localAddr: Address;
  readonly remoteAddr: Address;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** What is left of a chunk that was larger than the read. */
  #rest: Uint8Array = new Uint8Array(0);
  #writeClosed = false;
  /** Settled by `close()`: a stream need not settle its own close, even when it is aborted. */
  readonly #givenUp: Promise<void>;
  #giveUp = ignore;

  constructor({ readable, writable, localAddr, remoteAddr }: StreamTransportOptions) {
    this.localAddr = localAddr ?? NAMELESS;
    this.remoteAddr = remoteAddr ?? NAMELESS;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#givenUp = new Promise((resolve) => this.#giveUp = resolve);
    // Whoever writes or reads next hears of it.
    this.#writer.closed.catch(ignore);
    this.#reader.closed.catch(ignore);
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#rest = value;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#writer.ready;
    // The kernel uses its buffer again once the write is settled; a stream may look at it later.
    await this.#writer.write(bytes.slice());
    return bytes.length;
  }

  async closeWrite(): Promise<void> {
    if (this.#writeClosed) return;
    this.#writeClosed = true;
    await Promise.race([this.#writer.close(), this.#givenUp]);
  }

  close(): void {
    this.#reader.cancel().catch(ignore);
    this.#writer.abort().catch(ignore);
    this.#giveUp();
  }
}

/** What comes of a stream that is given up interests nobody. */
function ignore(): void {}
