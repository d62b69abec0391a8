/** An answer that takes longer than this did not come from memory. */
const SLOW_MS = 5;
/** After a slow answer so many calls are left to another thread before the next one is waited for again. */
const PAUSE_CALLS = 1_000;

/**
 * Asks the file system about names. While it answers out of memory, waiting for that costs a tenth of what another thread
 * costs; a slow answer holds everything up once in a thousand calls at most. What waits for the disk itself, such as a
 * sync, does not belong here.
 */
export class Disk {
  readonly #now: () => number;
  #pause = 0;

  /** Makes one; `now` is in milliseconds, and does not stand still within a turn. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Tells about a file, or about a link itself. @throws The system's error. */
  lstat(path: string): Promise<Deno.FileInfo> {
    return this.#ask(() => Deno.lstatSync(path), () => Deno.lstat(path));
  }

  /** Opens a file. @throws The system's error. */
  open(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
    return this.#ask(() => Deno.openSync(path, options), () => Deno.open(path, options));
  }

  /** Gives a file one more name. @throws The system's error. */
  link(from: string, to: string): Promise<void> {
    return this.#ask(() => Deno.linkSync(from, to), () => Deno.link(from, to));
  }

  /** Removes a file. @throws The system's error. */
  remove(path: string): Promise<void> {
    return this.#ask(() => Deno.removeSync(path), () => Deno.remove(path));
  }

  /** Tells about an open file. @throws The system's error. */
  stat(file: Deno.FsFile): Promise<Deno.FileInfo> {
    return this.#ask(() => file.statSync(), () => file.stat());
  }

  /** Sets when an open file was read and written last. @throws The system's error. */
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

/** The one that all transfers of this process go through: there is one file system. */
export const disk: Disk = new Disk();
