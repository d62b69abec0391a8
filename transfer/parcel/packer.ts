import { deflate } from "../../codec/deflate.ts";

/** A compressed block is sent if it has less than this part of its bytes. */
const WORTH = 0.95;
/** The most blocks that are left alone in a row. */
const MAX_PAUSE = 32;
/** Of smaller blocks nobody asks how long they take. */
const TIMED_BYTES = 256 * 1024;
/** After so many compressed blocks, first and from then on, it is asked whether the network waits for them. */
const [FIRST_BLOCKS, MORE_BLOCKS] = [8, 64];
/** The network waits where to compress takes so many times as long as to send. */
const WAITS = 2;
/** Then so many are sent as they are, to see how fast it is; the first one may only fill the buffers on the way. */
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
  #untilAsked = FIRST_BLOCKS;
  /** Blocks in a row that were sent as they are. */
  #sentAsIs = 0;
  /** How long was compressed and sent since it was last asked. */
  #spentMs = { packing: 0, sending: 0 };
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
      if (isTimed) this.#left = this.#blocksToProbe(ms);
    }
    return isSmaller ? packed : undefined;
  }

  /** Takes note of how long a block took to be sent, compressed or as it is. */
  noteSent(bytes: number, { ms, isPacked }: { ms: number; isPacked: boolean }): void {
    this.#spentMs.sending += ms;
    this.#sentAsIs = isPacked ? 0 : this.#sentAsIs + 1;
    if (this.#sentAsIs < PROBE_BLOCKS || bytes < TIMED_BYTES) return;
    const before = this.#msPerByte ?? ms / bytes;
    this.#msPerByte = before + LAST_PART * (ms / bytes - before);
  }

  /** Returns how many blocks to send as they are, behind one that took so long to be compressed. */
  #blocksToProbe(ms: number): number {
    this.#spentMs.packing += ms;
    this.#untilAsked -= 1;
    if (this.#untilAsked > 0) return 0;
    const { packing, sending } = this.#spentMs;
    this.#untilAsked = MORE_BLOCKS;
    this.#spentMs = { packing: 0, sending: 0 };
    return packing > WAITS * sending ? PROBE_BLOCKS : 0;
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
