import { BlockSpeed } from "../block_speed.ts";
import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES } from "../../codec/parcel/parcel.ts";

/** What blocks are read from: an open file, or what is piped in. */
export interface BlockSource {
  /** Reads up to as many bytes as fit; null is the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Does so before it returns; undefined where that cannot be done. */
  readonly readSync?: (into: Uint8Array) => number | null;
  /** Ends a read that is under way; undefined where one never waits for long. */
  readonly interrupt?: () => void;
}

/** A block with free bytes in front of it, for a frame's head. */
export interface Block {
  /** The free bytes and the block. */
  readonly frame: Uint8Array<ArrayBuffer>;
  /** The block. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How {@linkcode BlockReader} reads. */
export interface BlockReaderOptions {
  /** Bytes of a block; the last one may be shorter. @default {1048576} */
  blockBytes?: number;
  /** Bytes to read in all. @default to the source's end */
  maxBytes?: number;
  /** Decides whether to wait for a block. */
  speed?: BlockSpeed;
}

/** Buffers that nobody uses; a transfer takes two of them. */
const spare: Uint8Array<ArrayBuffer>[] = [];
const KEPT = 8;

/** Reads blocks: at once while that is only a copy within memory, and else one while the one before it is used. */
export class BlockReader {
  readonly #source: BlockSource;
  readonly #blockBytes: number;
  readonly #speed: BlockSpeed;
  #left: number;
  #using: Uint8Array<ArrayBuffer> = takeFrame();
  #reading: Uint8Array<ArrayBuffer> = takeFrame();
  #next: Promise<number> | undefined;
  #released = false;

  /** Reads from `source`, which stays the caller's. */
  constructor(source: BlockSource, options: BlockReaderOptions = {}) {
    this.#source = source;
    this.#blockBytes = Math.min(MAX_BLOCK_BYTES, options.blockBytes ?? MAX_BLOCK_BYTES);
    this.#left = options.maxBytes ?? Infinity;
    this.#speed = options.speed ?? new BlockSpeed();
  }

  /** Returns the next block; undefined is the end. It holds until the next call. @throws The read's error. */
  async next(): Promise<Block | undefined> {
    const count = await (this.#next ?? this.#fill());
    if (count === 0) return undefined;
    const frame = this.#reading;
    if (!this.#isSync) {
      this.#reading = this.#using;
      this.#using = frame;
      this.#next = this.#fill();
      // Whoever asks for it hears it.
      this.#next.catch(ignore);
    }
    return {
      frame: frame.subarray(0, DATA_HEAD_BYTES + count),
      bytes: frame.subarray(DATA_HEAD_BYTES, DATA_HEAD_BYTES + count),
    };
  }

  /** Ends the read that is under way, or waits for it, and gives the buffers back. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#source.interrupt?.();
    await this.#next?.catch(ignore);
    for (const frame of [this.#using, this.#reading]) if (spare.length < KEPT) spare.push(frame);
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

function takeFrame(): Uint8Array<ArrayBuffer> {
  return spare.pop() ?? new Uint8Array(DATA_HEAD_BYTES + MAX_BLOCK_BYTES);
}

function ignore(): void {}
