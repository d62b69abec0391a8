import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { disk, infoOf, isSameFile, removeIfThere } from "../disk.ts";
import { FileRefusedError, refusalOf } from "../file_refused_error.ts";
import { becameShorter } from "../hash_file.ts";
import { BlockWriter } from "./block_writer.ts";
import type { DiskSync } from "./disk_sync.ts";

/** An unfinished file that is being written. Only {@linkcode giveName} makes it visible under the name it was sent for. */
export class PartFile {
  /** Where it is. */
  readonly path: string;
  readonly #file: Deno.FsFile;
  readonly #writer: BlockWriter;
  #closing: Promise<void> | undefined;
  #isSpoiled = false;

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
    const sink = {
      write: (bytes: Uint8Array) => disk.wait(() => file.write(bytes)),
      writeSync: (bytes: Uint8Array) => file.writeSync(bytes),
    };
    this.#writer = new BlockWriter(sink, disk.speedIn(path.slice(0, path.lastIndexOf("/"))));
  }

  /** Creates an empty one, in place of one that is there. @throws The system's error. */
  static async create(path: string): Promise<PartFile> {
    const options = { read: true, write: true, createNew: true, mode: 0o666 };
    try {
      return new PartFile(path, await disk.open(path, options));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      await removeIfThere(path);
    }
    return new PartFile(path, await disk.open(path, options));
  }

  /**
   * Opens one that an earlier try left, to be written from its first `bytes` bytes on; the rest is cut off.
   *
   * @throws {FileRefusedError} `storage-failed`: it has fewer bytes by now, or something else stands there.
   */
  static async open(path: string, bytes: number): Promise<PartFile> {
    // What may be a link or a pipe is not opened: that would follow the one, and wait for the other.
    if ((await infoOf(path))?.isFile !== true) throw somethingElseThere();
    const file = await disk.open(path, { read: true, write: true });
    try {
      const { size } = await requireOnlyName(file, path);
      if (size < bytes) throw becameShorter();
      await disk.wait(() => file.truncate(bytes));
      await disk.wait(() => file.seek(bytes, Deno.SeekMode.Start));
      return new PartFile(path, file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Whether a later try must not go on with it: another file stands at its path, or the disk failed to take its bytes, and
   * the system may take them for written from then on.
   */
  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  /** The buffer to fill with the next block; it is another one after each `write`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#writer.buffer;
  }

  /**
   * Writes the first `count` bytes of the buffer. With `isBusy: false` there is little else to do meanwhile.
   *
   * @throws The system's error, of this block or an earlier one.
   */
  async write(count: number, options?: { isBusy?: boolean }): Promise<void> {
    await this.#writer.write(count, options);
  }

  /** Writes bytes of the caller's, which must not change before the next call has settled. @throws As `write`. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.#writer.writeBytes(bytes);
  }

  /**
   * Puts its bytes, its times and its permission bits on the disk, and closes it.
   *
   * @returns What the system knows it by.
   * @throws {FileRefusedError} `storage-failed`: another file stands at its path.
   */
  async settle(
    { mtimeMs, mode, diskSync }: {
      mtimeMs: number | null;
      mode: number | undefined;
      diskSync: DiskSync;
    },
  ): Promise<Deno.FileInfo> {
    await this.#writer.drained();
    const info = await disk.stat(this.#file);
    const there = await infoOf(this.path);
    if (!there || !isSameFile(info, there)) {
      this.#isSpoiled = true;
      throw somethingElseThere();
    }
    // Never a set-user bit, and nobody but its owner may write.
    if (mode !== undefined) await setMode(this.path, { mode: mode & 0o755, info });
    await this.#sync(diskSync);
    // Only after the sync: if that is cut off, an unfinished file with an old date would count as forgotten.
    if (mtimeMs !== null) {
      await disk.utime(this.#file, { atime: new Date(), mtime: new Date(mtimeMs) });
    }
    await this.#close({ isFilled: true });
    return info;
  }

  async #sync(diskSync: DiskSync): Promise<void> {
    try {
      await diskSync.file(this.#file);
    } catch (error) {
      // A full disk had no room for them: nothing is wrong with those that it has.
      this.#isSpoiled = refusalOf(error).code !== "no-space";
      throw error;
    }
  }

  /** Closes it as it is, once no write is pending. It may be called again. */
  async close(): Promise<void> {
    await this.#close({ isFilled: false });
  }

  #close(how: { isFilled: boolean }): Promise<void> {
    return this.#closing ??= this.#writer.release(how).then(() => this.#file.close());
  }
}

/** Makes a settled file one again that a later try can go on with, because it could not get its name. */
export async function unsettle(path: string, info: Deno.FileInfo): Promise<void> {
  await withFile(path, info, async (file) => {
    // Its date would count as forgotten, and its permissions could forbid to write.
    const now = new Date();
    await file.utimes(now, now);
    if (Deno.build.os !== "windows") await file.chmod(0o600);
  });
}

/** Returns what is known of an open file that has one name alone, which is `path`. @throws {FileRefusedError} It has not. */
async function requireOnlyName(file: Deno.FsFile, path: string): Promise<Deno.FileInfo> {
  const info = await disk.stat(file);
  const there = await infoOf(path);
  if (!there || !isSameFile(info, there) || (info.nlink ?? 1) !== 1) throw somethingElseThere();
  return info;
}

/** Sets the permission bits of the very file that is known by `info`, whatever its path leads to by now. */
async function setMode(
  path: string,
  { mode, info }: { mode: number; info: Deno.FileInfo },
): Promise<void> {
  // Windows has one such bit, which would keep the file from being given its name.
  if (Deno.build.os !== "windows") await withFile(path, info, (file) => file.chmod(mode));
}

async function withFile(
  path: string,
  info: Deno.FileInfo,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
  await disk.wait(async () => {
    const file = await open(path, flags);
    try {
      if ((await file.stat()).ino !== info.ino) throw somethingElseThere();
      await work(file);
    } finally {
      await file.close();
    }
  });
}

function somethingElseThere(): FileRefusedError {
  const reason = "something else writes into the receiver's folder";
  return new FileRefusedError(reason, { code: "storage-failed" });
}
