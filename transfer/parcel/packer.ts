import { deflate } from "../../codec/deflate.ts";

/** A compressed block is sent if it has less than this part of its bytes. */
const WORTH = 0.95;
/** The most blocks that are left alone in a row. */
const MAX_PAUSE = 32;
/** Of smaller blocks nobody asks how long they take. */
const TIMED_BYTES = 256 * 1024;
/** After so many compressed blocks some are sent as they are, to see how fast the network is now. */
const BLOCKS_BETWEEN_PROBES = 64;
/** The first one may only fill the buffers on the way. */
const PROBE_BLOCKS = 2;
/** How much the last block counts among those before it. */
const LAST_PART = 0.3;

/**
 * Compresses the blocks that become smaller by it, as long as that saves more time than it takes. After one that is not worth
 * it, more and more blocks are left alone.
 */
export class Packer {
  readonly #now: () => number;
  #pause = 0;
  #left = 0;
  #untilProbe = 1;
  /** How long a byte takes that is sent as it is; undefined until some were. */
  #msPerByte: number | undefined;
  /** A block of zeros, and what becomes of it: holes in files come as many of them. */
  #zeros: { readonly bytes: number; readonly packed: Uint8Array } | undefined;

  /** Makes one; `now` is in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Returns the compressed block; undefined when it is better sent as it is. */
  async pack(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    if (isZero(bytes)) return await this.#packZeros(bytes);
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    const start = this.#now();
    const packed = await deflate(bytes);
    const ms = this.#now() - start;
    const savedBytes = bytes.length - packed.length;
    const isSmaller = packed.length < bytes.length * WORTH;
    const isTimed = bytes.length >= TIMED_BYTES;
    const isFaster = !isTimed || ms <= savedBytes * (this.#msPerByte ?? Infinity);
    if (!isSmaller || !isFaster) {
      this.#left = this.#pause = Math.min(MAX_PAUSE, this.#pause * 2 || 1);
    } else {
      this.#pause = 0;
      if (isTimed) this.#untilProbe--;
      if (this.#untilProbe <= 0) {
        this.#untilProbe = BLOCKS_BETWEEN_PROBES;
        this.#left = PROBE_BLOCKS;
      }
    }
    return isSmaller ? packed : undefined;
  }

  /** Takes note of how long a block took that was sent as it is. */
  noteSent(bytes: number, ms: number): void {
    if (bytes < TIMED_BYTES) return;
    const before = this.#msPerByte ?? ms / bytes;
    this.#msPerByte = before + LAST_PART * (ms / bytes - before);
  }

  async #packZeros(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#zeros?.bytes !== bytes.length) {
      this.#zeros = { bytes: bytes.length, packed: await deflate(bytes) };
    }
    const { packed } = this.#zeros;
    return packed.length < bytes.length * WORTH ? packed : undefined;
  }
}

/** Says whether there are nothing but zeros; other bytes mostly say so at once. */
function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0 || bytes.at(-1) !== 0) return false;
  // Four at a time from where such a number may begin.
  const head = -bytes.byteOffset & 3;
  const words = Math.max(0, bytes.length - head) >> 2;
  const whole = words === 0
    ? new Uint32Array(0)
    : new Uint32Array(bytes.buffer, bytes.byteOffset + head, words);
  for (let at = 0; at < words; at++) if (whole[at] !== 0) return false;
  const rest = head + 4 * words;
  return bytes.subarray(0, head).every(isNull) && bytes.subarray(rest).every(isNull);
}

function isNull(byte: number): boolean {
  return byte === 0;
}
