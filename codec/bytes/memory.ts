// This module is browser compatible.

/** Small messages are carved from blocks of this size: making memory for each one costs ten times as much. */
const BLOCK_BYTES = 16 * 1024;
/** Messages up to here share a block. */
const SLICE_MAX_BYTES = 2 * 1024;

/** Memory from here on is kept when it is given back: making a fresh 1 MiB costs more than filling it. */
export const RECYCLED_MIN_BYTES = 4 * 1024;
/** What is kept for the next one who needs so much, all together. */
const KEPT_MAX_BYTES = 64 * 1024 * 1024;

let block = new ArrayBuffer(0);
let blockTaken = 0;

/** Memory that was given back, by its exact size. */
const kept = new Map<number, ArrayBuffer[]>();
let keptBytes = 0;

/**
 * Returns memory of `bytes` for a message that its receiver will own. Small ones stand beside each other in one block, so
 * that the `buffer` of the result may be shared. What it holds is to be written over: it may be old bytes of others.
 */
export function takeMemory(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes <= SLICE_MAX_BYTES) return slice(bytes);
  return takeWhole(bytes);
}

/** Returns bytes that are nobody else's, in memory as {@linkcode takeMemory} gives it. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = takeMemory(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Returns memory of `bytes` that nobody else has a part of. It holds old bytes of others. */
export function takeWhole(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes < RECYCLED_MIN_BYTES) return new Uint8Array(bytes);
  return takeKept(bytes) ?? new Uint8Array(new ArrayBuffer(classOf(bytes)), 0, bytes);
}

/** Returns memory of `bytes` that was given back; undefined where none of this size was. It holds old bytes of others. */
export function takeKept(bytes: number): Uint8Array<ArrayBuffer> | undefined {
  if (bytes < RECYCLED_MIN_BYTES) return undefined;
  const size = classOf(bytes);
  const buffer = kept.get(size)?.pop();
  if (buffer === undefined) return undefined;
  keptBytes -= size;
  return new Uint8Array(buffer, 0, bytes);
}

/**
 * Takes memory away from whoever has it, by leaving them an empty buffer, and returns what it holds: undefined where it
 * cannot be taken (a WebAssembly memory, a shared one), and then nothing has changed.
 */
export function detach(buffer: ArrayBufferLike): ArrayBuffer | undefined {
  if (!(buffer instanceof ArrayBuffer)) return undefined;
  try {
    // Node 20 has no transfer(); its types do not know it either.
    const { transfer } = buffer as { transfer?: () => ArrayBuffer };
    const taken = transfer
      ? transfer.call(buffer)
      : structuredClone(buffer, { transfer: [buffer] });
    // Node 20 copies what it cannot take.
    return buffer.byteLength === 0 ? taken : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps memory for the next one who needs so much. Nobody may look at it any more. */
export function giveBack(buffer: ArrayBuffer): void {
  const size = buffer.byteLength;
  if (size < RECYCLED_MIN_BYTES || keptBytes + size > KEPT_MAX_BYTES || classOf(size) !== size) {
    return;
  }
  let same = kept.get(size);
  if (same === undefined) kept.set(size, same = []);
  same.push(buffer);
  keptBytes += size;
}

/** Returns how much memory is kept for the next one who needs it. */
export function keptMemoryBytes(): number {
  return keptBytes;
}

function slice(bytes: number): Uint8Array<ArrayBuffer> {
  if (blockTaken + bytes > block.byteLength) {
    block = new ArrayBuffer(BLOCK_BYTES);
    blockTaken = 0;
  }
  const taken = new Uint8Array(block, blockTaken, bytes);
  // The next one begins where it can be looked at by words.
  blockTaken += (bytes + 7) & ~7;
  return taken;
}

/** Sizes are rounded up to one of eight steps between two powers of two, so that a little more finds the same memory. */
function classOf(bytes: number): number {
  const step = 2 ** (28 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}
