import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES } from "../codec/parcel/parcel.ts";

/** Unused buffers that a pool keeps; the others are left to the garbage collector. A transfer uses two at a time. */
const KEPT = 8;

/** Buffers of one size that are used again. */
export class BufferPool {
  readonly #bytes: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** Makes a pool of buffers of so many bytes. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Returns a buffer; what the last user wrote is still in it. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(this.#bytes);
  }

  /** Takes a buffer back. No read into it and no write from it may be pending: the next user gets it as it is. */
  release(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length < KEPT) this.#spare.push(buffer);
  }
}

/** Buffers for one block of a file. */
export const blockBuffers: BufferPool = new BufferPool(MAX_BLOCK_BYTES);

/** Buffers for one block of a file, with room in front of it for the head of its frame. */
export const frameBuffers: BufferPool = new BufferPool(DATA_HEAD_BYTES + MAX_BLOCK_BYTES);
