import { disk, infoOf } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
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

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
    this.#writer = new BlockWriter(file);
  }

  /** Creates an empty one, in place of one that is there. @throws The system's error. */
  static async create(path: string): Promise<PartFile> {
    const options = { read: true, write: true, createNew: true, mode: 0o666 };
    try {
      return new PartFile(path, await disk.open(path, options));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      await Deno.remove(path);
    }
    return new PartFile(path, await disk.open(path, options));
  }

  /**
   * Opens one that an earlier try left, to be written from its first `bytes` bytes on; the rest is cut off.
   *
   * @throws {FileRefusedError} `storage-failed`: it has fewer bytes by now.
   */
  static async open(path: string, bytes: number): Promise<PartFile> {
    const file = await Deno.open(path, { read: true, write: true });
    try {
      if ((await file.stat()).size < bytes) throw becameShorter();
      await file.truncate(bytes);
      await file.seek(bytes, Deno.SeekMode.Start);
      return new PartFile(path, file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The buffer to fill with the next block; it is another one after each `write`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#writer.buffer;
  }

  /** Writes the first `count` bytes of the buffer. @throws The system's error, of this block or an earlier one. */
  async write(count: number): Promise<void> {
    await this.#writer.write(count);
  }

  /** Writes bytes of the caller's, which must not change before the next call has settled. @throws As `write`. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.#writer.writeBytes(bytes);
  }

  /**
   * Puts its bytes, its times and its permission bits on the disk, and closes it.
   *
   * @throws {FileRefusedError} `storage-failed`: another file stands at its path.
   */
  async settle(
    { mtimeMs, mode, diskSync }: {
      mtimeMs: number | null;
      mode: number | undefined;
      diskSync: DiskSync;
    },
  ): Promise<void> {
    await this.#writer.drained();
    const [{ ino }, there] = await Promise.all([disk.stat(this.#file), infoOf(this.path)]);
    if (there?.ino !== ino) {
      const reason = "something else writes into the receiver's folder";
      throw new FileRefusedError(reason, { code: "storage-failed" });
    }
    // Never a set-user bit, and nobody but its owner may write.
    if (mode !== undefined) await Deno.chmod(this.path, mode & 0o755);
    await diskSync.file(this.#file);
    // Only after the sync: if that is cut off, an unfinished file with an old date would count as forgotten.
    if (mtimeMs !== null) {
      await disk.utime(this.#file, { atime: new Date(), mtime: new Date(mtimeMs) });
    }
    await this.#close({ isFilled: true });
  }

  /** Closes it as it is, once no write is pending. It may be called again. */
  async close(): Promise<void> {
    await this.#close({ isFilled: false });
  }

  #close(how: { isFilled: boolean }): Promise<void> {
    return this.#closing ??= this.#writer.release(how).then(() => this.#file.close());
  }
}
