import { type Hasher, sha256 } from "../codec/hashing.ts";
import { blockBuffers } from "./buffer_pool.ts";
import { FileRefusedError } from "./file_refused_error.ts";

/** What {@linkcode hashBytes} hashes. */
export interface HashBytesOptions {
  /** Bytes to read. */
  readonly bytes: number;
  /** The hasher that gets them. */
  readonly hasher: Hasher;
  /** Called after each block with the number of bytes read so far. What it throws ends the reading. */
  readonly onHashed?: ((bytes: number) => void) | undefined;
  /** Asked after each block whether to go on. @default always */
  readonly isWanted?: () => boolean;
}

/**
 * Gives the next bytes of an open file to a hasher.
 *
 * @returns False when the file ended before, or was no longer wanted.
 */
export async function hashBytes(
  source: { read(into: Uint8Array): Promise<number | null> },
  { bytes, hasher, onHashed, isWanted }: HashBytesOptions,
): Promise<boolean> {
  const block = blockBuffers.take();
  try {
    for (let left = bytes; left > 0;) {
      const count = await source.read(block.subarray(0, Math.min(left, block.length)));
      if (count === null) return false;
      hasher.update(block.subarray(0, count));
      left -= count;
      onHashed?.(bytes - left);
      if (isWanted?.() === false) return false;
    }
  } finally {
    blockBuffers.release(block);
  }
  return true;
}

/** Which bytes {@linkcode hashFile} reads. */
export interface HashFileOptions {
  /** Where to stop, in bytes from the file's beginning. */
  readonly bytes: number;
  /** Where to begin. @default {0} */
  readonly from?: number;
  /** A hasher that has seen the bytes before `from`. @default a new one */
  readonly hasher?: Hasher;
  /** Called after each block with the number of bytes read so far. */
  readonly onHashed?: ((bytes: number) => void) | undefined;
}

/**
 * Hashes the first bytes of a file, and returns the hasher.
 *
 * @throws {FileRefusedError} `storage-failed`: the file is shorter.
 */
export async function hashFile(
  path: string,
  { bytes, from = 0, hasher = sha256(), onHashed }: HashFileOptions,
): Promise<Hasher> {
  if (from === bytes) return hasher;
  using file = await Deno.open(path, { read: true });
  if (from > 0) await file.seek(from, Deno.SeekMode.Start);
  if (!await hashBytes(file, { bytes: bytes - from, hasher, onHashed })) throw becameShorter();
  return hasher;
}

/** Makes the error for a file that lost bytes that were there before. */
export function becameShorter(): FileRefusedError {
  return new FileRefusedError("what was there of it became shorter", { code: "storage-failed" });
}
