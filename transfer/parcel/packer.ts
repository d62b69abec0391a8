import { deflate } from "../../codec/deflate.ts";

/** A compressed block is sent if it has less than this part of its bytes. */
const WORTH = 0.95;
/** The most blocks that are left alone in a row. */
const MAX_PAUSE = 32;

/** Compresses the blocks that become smaller by it. After one that does not, more and more blocks are left alone. */
export class Packer {
  #pause = 0;
  #left = 0;

  /** Returns the compressed block; undefined when it is better sent as it is. */
  async pack(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    const packed = await deflate(bytes);
    if (packed.length < bytes.length * WORTH) {
      this.#pause = 0;
      return packed;
    }
    this.#left = this.#pause = Math.min(MAX_PAUSE, this.#pause * 2 || 1);
    return undefined;
  }
}
