import * as fs from "node:fs";
import { promisify } from "node:util";

const openLater = promisify(fs.open);

/** An answer that takes longer than this did not come from memory. */
const SLOW_MS = 5;
/** Calls that are left to another thread after a slow answer, before the next one is made synchronously again. */
const PAUSE_CALLS = 1_000;

/**
 * Asks the file system about names. As long as it answers out of memory it is asked synchronously, which costs a tenth of
 * handing the call to another thread; a slow answer blocks the event loop once in a thousand calls at most. Calls that
 * wait for the disk itself, such as a sync, do not belong here.
 */
export class Disk {
  readonly #now: () => number;
  #pause = 0;

  /** Makes one; `now` is in milliseconds, and must go on within a turn of the event loop. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Returns what is known of a path; of a link it is the link itself. @throws The system's error. */
  lstat(path: string): Promise<Deno.FileInfo> {
    return this.#ask(() => Deno.lstatSync(path), () => Deno.lstat(path));
  }

  /** Opens a file. @throws The system's error. */
  open(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
    return this.#ask(() => Deno.openSync(path, options), () => Deno.open(path, options));
  }

  /** Opens a file with the system's own flags, and returns its descriptor. @throws The system's error, as Node has it. */
  openDescriptor(path: string, flags: number): Promise<number> {
    return this.#ask(() => fs.openSync(path, flags), () => openLater(path, flags));
  }

  /** Gives a file one more name. @throws The system's error. */
  link(from: string, to: string): Promise<void> {
    return this.#ask(() => Deno.linkSync(from, to), () => Deno.link(from, to));
  }

  /** Removes a file. @throws The system's error. */
  remove(path: string): Promise<void> {
    return this.#ask(() => Deno.removeSync(path), () => Deno.remove(path));
  }

  /** Returns what is known of an open file. @throws The system's error. */
  stat(file: Deno.FsFile): Promise<Deno.FileInfo> {
    return this.#ask(() => file.statSync(), () => file.stat());
  }

  /** Sets when an open file was last read and changed. @throws The system's error. */
  utime(file: Deno.FsFile, { atime, mtime }: { atime: Date; mtime: Date }): Promise<void> {
    return this.#ask(() => file.utimeSync(atime, mtime), () => file.utime(atime, mtime));
  }

  // deno-lint-ignore require-await -- what `now` throws has to reject, as what `later` throws does.
  async #ask<Answer>(now: () => Answer, later: () => Promise<Answer>): Promise<Answer> {
    if (this.#pause > 0) {
      this.#pause--;
      return later();
    }
    const start = this.#now();
    try {
      return now();
    } finally {
      if (this.#now() - start > SLOW_MS) this.#pause = PAUSE_CALLS;
    }
  }
}

/** The disk that all transfers of this process share: there is one file system. */
export const disk: Disk = new Disk();

/** Returns what is known of a path, or undefined when nothing is there; of a link it is the link itself. */
export async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes a file if it is there. By default another thread does it, because the bytes of a large file take a while. */
export async function removeIfThere(
  path: string,
  remove: (path: string) => Promise<void> = Deno.remove,
): Promise<void> {
  try {
    await remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
