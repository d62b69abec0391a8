import { deflate } from "../../codec/deflate.ts";

/** Below this part of its size a compressed block is worth its trouble. */
const WORTH = 0.95;
/** After blocks that were not, at most so many are left alone. */
const MAX_PAUSE = 32;

/** Compresses the blocks that become smaller by it, and learns to leave alone what does not. */
export class Packer {
  #pause = 0;
  #left = 0;

  /** Returns a compressed block; undefined where it is better sent as it is. */
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
