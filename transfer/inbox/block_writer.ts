import { MAX_BLOCK_BYTES } from "../../codec/parcel/parcel.ts";
import { BlockSpeed } from "../block_speed.ts";

/** What blocks are written to: an open file. */
export interface BlockSink {
  /** Writes some of the bytes, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Does so before it returns. */
  writeSync(bytes: Uint8Array): number;
}

/** Buffers of a block that nobody uses; a transfer takes two of them. */
const spare: Uint8Array<ArrayBuffer>[] = [];
const KEPT = 8;

/** Returns a buffer of the largest block; what it holds is old. */
export function takeBlock(): Uint8Array<ArrayBuffer> {
  return spare.pop() ?? new Uint8Array(MAX_BLOCK_BYTES);
}

/** Gives a buffer back that nobody reads into or writes from any more. */
export function releaseBlock(block: Uint8Array<ArrayBuffer>): void {
  if (spare.length < KEPT) spare.push(block);
}

/**
 * Writes blocks: at once while that is only a copy within memory, and else one while the next one is filled, so that the
 * disk and the network work at the same time and a slow disk holds nobody else up.
 */
export class BlockWriter {
  readonly #sink: BlockSink;
  readonly #speed: BlockSpeed;
  /** The one to fill, and the one that is being written. */
  #filling: Uint8Array<ArrayBuffer> = takeBlock();
  #writing: Uint8Array<ArrayBuffer> = takeBlock();
  #pending: Promise<void> = Promise.resolve();
  #released = false;

  /** Writes to `sink`, which stays the caller's. */
  constructor(sink: BlockSink, speed: BlockSpeed = new BlockSpeed()) {
    this.#sink = sink;
    this.#speed = speed;
  }

  /** The buffer to fill next; it changes with each `write`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#filling;
  }

  /**
   * Begins to write the first `count` bytes of the buffer, once the block before it is written.
   *
   * @throws The error of a write; each later call has it too.
   */
  async write(count: number): Promise<void> {
    await this.#pending;
    const block = this.#filling;
    const bytes = block.subarray(0, count);
    if (this.#speed.isFast) return this.#writeNow(bytes);
    this.#filling = this.#writing;
    this.#writing = block;
    this.#begin(bytes);
  }

  /** Writes bytes that are no buffer of this one, and must not change before the next call has settled. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.#pending;
    this.#begin(bytes);
  }

  /** Waits until everything is written. @throws The error of a write. */
  async drained(): Promise<void> {
    await this.#pending;
  }

  /**
   * Waits for the write that is under way, whatever comes of it, and gives the buffers back. The one to fill goes to
   * nobody else unless `isFilled` says that no read can still write into it.
   */
  async release({ isFilled }: { isFilled: boolean }): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#pending.catch(ignore);
    releaseBlock(this.#writing);
    if (isFilled) releaseBlock(this.#filling);
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
    // Whoever waits for it next hears its error.
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
