import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import { releaseBlock, takeBlock } from "./block_writer.ts";
import { disk } from "../disk.ts";
import { infoOf } from "./place.ts";
import { RefusedError } from "../refused_error.ts";

/** How {@linkcode hashPart} hashes. */
export interface HashPartOptions {
  /** Bytes of the file up to where it is read. */
  readonly bytes: number;
  /** Where to begin. @default {0} */
  readonly from?: number;
  /** What has seen the bytes in front of that. @default a new one */
  readonly hasher?: Hasher;
  /** Hears how many bytes were read so far. */
  readonly onHashed?: ((bytes: number) => void) | undefined;
}

/** Reads the first bytes of a file, and returns what has seen them. @throws {RefusedError} It has not so many. */
export async function hashPart(
  path: string,
  { bytes, from = 0, hasher = sha256(), onHashed }: HashPartOptions,
): Promise<Hasher> {
  if (from === bytes) return hasher;
  using file = await Deno.open(path, { read: true });
  if (from > 0) await file.seek(from, Deno.SeekMode.Start);
  const block = takeBlock();
  try {
    for (let left = bytes - from; left > 0;) {
      const count = await file.read(block.subarray(0, Math.min(left, block.length)));
      if (count === null) throw becameShorter();
      hasher.update(block.subarray(0, count));
      left -= count;
      onHashed?.(bytes - left);
    }
  } finally {
    releaseBlock(block);
  }
  return hasher;
}

/** Says whether a path is that of a file with this content. */
export async function isFileOf(
  path: string,
  { size, sha256 }: { size: number; sha256: string },
): Promise<boolean> {
  const found = await infoOf(path);
  if (!found?.isFile || found.size !== size) return false;
  return sameDigest((await hashPart(path, { bytes: size })).digest(), sha256);
}

/** Opens an unfinished file that nobody else has open; one that was there is dropped, folders are made if need be. */
export async function createPart(
  part: string,
  makeFolders: () => Promise<void>,
): Promise<Deno.FsFile> {
  const options = { read: true, write: true, createNew: true, mode: 0o666 };
  try {
    return await disk.open(part, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) await makeFolders();
    else if (error instanceof Deno.errors.AlreadyExists) await Deno.remove(part);
    else throw error;
  }
  return await disk.open(part, options);
}

/** Opens an unfinished file behind its first bytes. @throws {RefusedError} They are there no more. */
export async function openPart(part: string, bytes: number): Promise<Deno.FsFile> {
  const file = await Deno.open(part, { read: true, write: true });
  try {
    if ((await file.stat()).size < bytes) throw becameShorter();
    await file.truncate(bytes);
    await file.seek(bytes, Deno.SeekMode.Start);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function becameShorter(): RefusedError {
  return new RefusedError("what was there of it became shorter", { code: "storage-failed" });
}
