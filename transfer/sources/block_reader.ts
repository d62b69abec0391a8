import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES } from "../../codec/parcel/parcel.ts";
import { BlockSpeed } from "../block_speed.ts";
import { frameBuffers } from "../buffer_pool.ts";
import type { OpenFileSource } from "./file_source.ts";

/** What blocks are read from: an open file, or what is piped in. */
export type BlockSource = Pick<OpenFileSource, "read" | "readSync" | "interrupt">;

/** A block with free bytes in front of it, for the head of its frame. */
export interface Block {
  /** The free bytes and the block. */
  readonly frame: Uint8Array<ArrayBuffer>;
  /** The block alone. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How {@linkcode BlockReader} reads. */
export interface BlockReaderOptions {
  /** Bytes of a block; the last one may be shorter. @default {1048576} */
  blockBytes?: number;
  /** Bytes to read in all. @default to the source's end */
  maxBytes?: number;
  /** Decides whether to read synchronously. */
  speed?: BlockSpeed;
}

/**
 * Reads a file in blocks. As long as that is only a copy within memory a block is read synchronously. From a slower source
 * the next block is read while the last one is used.
 */
export class BlockReader {
  readonly #source: BlockSource;
  readonly #blockBytes: number;
  readonly #speed: BlockSpeed;
  #left: number;
  #using: Uint8Array<ArrayBuffer> = frameBuffers.take();
  #reading: Uint8Array<ArrayBuffer> = frameBuffers.take();
  #next: Promise<number> | undefined;
  #released = false;

  /** Reads from `source`, which the caller closes. */
  constructor(source: BlockSource, options: BlockReaderOptions = {}) {
    this.#source = source;
    this.#blockBytes = Math.min(MAX_BLOCK_BYTES, options.blockBytes ?? MAX_BLOCK_BYTES);
    this.#left = options.maxBytes ?? Infinity;
    this.#speed = options.speed ?? new BlockSpeed();
  }

  /** Returns the next block, which is good until the next call; undefined at the end. @throws The error of a read. */
  async next(): Promise<Block | undefined> {
    const count = await (this.#next ?? this.#fill());
    if (count === 0) return undefined;
    const frame = this.#reading;
    if (!this.#isSync) {
      this.#reading = this.#using;
      this.#using = frame;
      this.#next = this.#fill();
      // The next call rejects with its error; until then it must not count as unhandled.
      this.#next.catch(ignore);
    }
    return {
      frame: frame.subarray(0, DATA_HEAD_BYTES + count),
      bytes: frame.subarray(DATA_HEAD_BYTES, DATA_HEAD_BYTES + count),
    };
  }

  /** Ends a pending read, or waits for it when it cannot be ended, and gives the buffers back. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#source.interrupt?.();
    await this.#next?.catch(ignore);
    frameBuffers.release(this.#using);
    frameBuffers.release(this.#reading);
  }

  get #isSync(): boolean {
    return this.#source.readSync !== undefined && this.#speed.isFast;
  }

  async #fill(): Promise<number> {
    const wanted = Math.min(this.#blockBytes, this.#left);
    const into = this.#reading.subarray(DATA_HEAD_BYTES, DATA_HEAD_BYTES + wanted);
    let count = 0;
    while (count < wanted) {
      const rest = into.subarray(count);
      const read = this.#isSync
        ? this.#speed.measure(() => this.#source.readSync!(rest))
        : await this.#source.read(rest);
      if (read === null || read === 0) break;
      count += read;
    }
    this.#left -= count;
    return count;
  }
}

function ignore(): void {}
