import { BlockSpeed } from "../block_speed.ts";
import { blockBuffers } from "../buffer_pool.ts";

/** What blocks are written to: an open file. */
export interface BlockSink {
  /** Writes some of the bytes, and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** The same, synchronously. */
  writeSync(bytes: Uint8Array): number;
}

/** To hand a larger block to another thread costs next to nothing beside the copy itself. */
const SMALL_BYTES = 64 * 1024;

/**
 * Writes a file in blocks. A block is written while the next one is filled: the disk and the network work at the same time,
 * and other connections do not wait. A small one is written synchronously as long as that is only a copy within memory.
 */
export class BlockWriter {
  readonly #sink: BlockSink;
  readonly #speed: BlockSpeed;
  /** The buffer to fill next. */
  #filling: Uint8Array<ArrayBuffer> = blockBuffers.take();
  /** The buffer that is being written, when one is. */
  #writing: Uint8Array<ArrayBuffer> = blockBuffers.take();
  #pending: Promise<void> = Promise.resolve();
  #released = false;

  /** Writes to `sink`, which the caller closes. */
  constructor(sink: BlockSink, speed: BlockSpeed = new BlockSpeed()) {
    this.#sink = sink;
    this.#speed = speed;
  }

  /** The buffer to fill next; it is another one after each `write`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#filling;
  }

  /**
   * Writes the first `count` bytes of the buffer, after the block before them. On a slow disk they may not be written yet
   * when this settles. With `isBusy: false` there is little else to do meanwhile, and a large one is written at once too
   * where the disk answers quickly.
   *
   * @throws The error of a write; each later call rejects with it too.
   */
  async write(count: number, { isBusy = true }: { isBusy?: boolean } = {}): Promise<void> {
    await this.#pending;
    const block = this.#filling;
    const bytes = block.subarray(0, count);
    const isWorthAThread = isBusy && count > SMALL_BYTES;
    if (!isWorthAThread && this.#speed.isFast) return this.#writeNow(bytes);
    this.#filling = this.#writing;
    this.#writing = block;
    this.#begin(bytes);
  }

  /** Writes bytes of the caller's, which must not change before the next call has settled. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.#pending;
    this.#begin(bytes);
  }

  /** Waits until everything is written. @throws The error of a write. */
  async drained(): Promise<void> {
    await this.#pending;
  }

  /**
   * Waits until no write is pending, whether it succeeds or not, and gives the buffers back. The one to fill is given back
   * only when `isFilled` says that no read can still write into it.
   */
  async release({ isFilled }: { isFilled: boolean }): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#pending.catch(ignore);
    blockBuffers.release(this.#writing);
    if (isFilled) blockBuffers.release(this.#filling);
  }

  #writeNow(bytes: Uint8Array): void {
    try {
      this.#speed.measure(() => writeAllSync(this.#sink, bytes));
    } catch (error) {
      this.#setPending(Promise.reject(error));
      throw error;
    }
  }

  #begin(bytes: Uint8Array): void {
    this.#setPending(writeAll(this.#sink, bytes));
  }

  #setPending(pending: Promise<void>): void {
    this.#pending = pending;
    // The next call rejects with its error; until then it must not count as unhandled.
    pending.catch(ignore);
  }
}

function writeAllSync(sink: BlockSink, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += sink.writeSync(bytes.subarray(at));
}

async function writeAll(sink: BlockSink, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await sink.write(bytes.subarray(at));
}

function ignore(): void {}
