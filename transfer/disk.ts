import * as fs from "node:fs";
import { env, versions } from "node:process";
import { promisify } from "node:util";
import { BlockSpeed } from "./block_speed.ts";
import { FileRefusedError } from "./file_refused_error.ts";
import { LocalFolders } from "./local_folders.ts";

const openLater = promisify(fs.open);

/** An answer that takes longer than this did not come from memory. */
const SLOW_MS = 5;
/** Calls that are left to another thread after a slow answer, before the next one is made synchronously again. */
const PAUSE_CALLS = 1_000;

/** A thread that has no answer for so long waits for a disk that hangs. */
const HUNG_MS = 30_000;
/** Deno and Bun start so many threads where they need them, and some more. */
const MANY_THREADS = 256;

/** How a {@linkcode Disk} asks. */
export interface DiskOptions {
  /** Milliseconds that go on within a turn of the event loop. @default {performance.now} */
  readonly now?: () => number;
  /** Knows which folders may be asked synchronously. */
  readonly localFolders?: LocalFolders;
  /** Calls that other threads do at one time. @default one less than Node has threads, 256 elsewhere */
  readonly maxCallsAtOnce?: number;
}

/**
 * Asks the file system about names. On this machine's own disk it is asked synchronously as long as it answers out of
 * memory, which costs half of handing each call to another thread; a slow answer blocks the event loop once in a thousand
 * calls at most. Whatever may wait for a network, or for the disk itself as a sync does, is left to another thread: where
 * a file system hangs, its callers wait and nothing else does.
 */
export class Disk {
  readonly #now: () => number;
  readonly #localFolders: LocalFolders;
  readonly #maxCallsAtOnce: number;
  readonly #folders = new WeakMap<Deno.FsFile, string>();
  #pause = 0;
  readonly #running = new Set<{ readonly since: number }>();
  /** Those who wait for their turn. */
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  /** Makes one. */
  constructor(options: DiskOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#localFolders = options.localFolders ?? new LocalFolders();
    this.#maxCallsAtOnce = options.maxCallsAtOnce ?? threadsToUse();
  }

  /** Returns what is known of a path in a folder; of a link it is the link itself. @throws The system's error. */
  lstat(path: string, folder: string = folderOf(path)): Promise<Deno.FileInfo> {
    return this.ask(folder, () => Deno.lstatSync(path), () => Deno.lstat(path));
  }

  /** Opens a file. @throws The system's error. */
  async open(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
    const folder = folderOf(path);
    const open = () => Deno.openSync(path, options);
    const file = await this.ask(folder, open, () => Deno.open(path, options));
    this.#folders.set(file, folder);
    return file;
  }

  /** Opens a file with the system's own flags, and returns its descriptor. @throws The system's error, as Node has it. */
  openDescriptor(path: string, flags: number): Promise<number> {
    return this.ask(folderOf(path), () => fs.openSync(path, flags), () => openLater(path, flags));
  }

  /** Removes a file. @throws The system's error. */
  remove(path: string): Promise<void> {
    return this.ask(folderOf(path), () => Deno.removeSync(path), () => Deno.remove(path));
  }

  /** Returns what is known of an open file. @throws The system's error. */
  stat(file: Deno.FsFile): Promise<Deno.FileInfo> {
    return this.ask(this.#folders.get(file), () => file.statSync(), () => file.stat());
  }

  /** Sets when an open file was last read and changed. @throws The system's error. */
  utime(file: Deno.FsFile, { atime, mtime }: { atime: Date; mtime: Date }): Promise<void> {
    const folder = this.#folders.get(file);
    return this.ask(folder, () => file.utimeSync(atime, mtime), () => file.utime(atime, mtime));
  }

  /** Returns what tells whether the blocks of a file in a folder may be read or written synchronously. */
  speedIn(folder: string): BlockSpeed {
    return new BlockSpeed(this.#now, { isFast: this.#localFolders.has(folder) === true });
  }

  /**
   * Does something in a folder in one of two ways: `now` is synchronous, `later` is left to another thread. A folder that
   * nobody knows is asked in the second way.
   */
  // deno-lint-ignore require-await -- what `now` throws has to reject, as what `later` throws does.
  async ask<Answer>(
    folder: string | undefined,
    now: () => Answer,
    later: () => Promise<Answer>,
  ): Promise<Answer> {
    const isLocal = folder === undefined ? false : this.#localFolders.has(folder);
    if (isLocal === undefined) return this.#askAndLearn(folder!, later);
    if (!isLocal) return this.wait(later);
    if (this.#pause > 0) {
      this.#pause--;
      return this.wait(later);
    }
    const start = this.#now();
    try {
      return now();
    } finally {
      if (this.#now() - start > SLOW_MS) this.#pause = PAUSE_CALLS;
    }
  }

  /** Asks in a folder that nobody knows, and learns of it meanwhile: nothing is under way once the caller goes on. */
  async #askAndLearn<Answer>(folder: string, later: () => Promise<Answer>): Promise<Answer> {
    const learning = this.#localFolders.learn(folder);
    try {
      return await this.wait(later);
    } finally {
      await learning;
    }
  }

  /**
   * Does something that another thread waits for, once there is one for it.
   *
   * @throws {FileRefusedError} `storage-failed`: no thread had an answer for half a minute.
   */
  async wait<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.#running.size >= this.#maxCallsAtOnce) {
      this.#requireAnswers();
      await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    const running = { since: this.#now() };
    this.#running.add(running);
    try {
      return await call();
    } finally {
      this.#running.delete(running);
      this.#waiting.shift()?.resolve();
    }
  }

  /** Refuses what would wait behind calls that all hang, and all who wait there. */
  #requireAnswers(): void {
    const now = this.#now();
    for (const { since } of this.#running) if (now - since < HUNG_MS) return;
    const hung = new FileRefusedError("the disk does not answer", { code: "storage-failed" });
    for (const { reject } of this.#waiting.splice(0)) reject(hung);
    throw hung;
  }
}

/** The disk that all transfers of this process share: there is one file system. */
export const disk: Disk = new Disk();

/**
 * Returns what is known of a path, or undefined when nothing is there; of a link it is the link itself. `folder` is the one
 * that it is in, where the path does not say it.
 */
export async function infoOf(
  path: string,
  folder?: string,
): Promise<Deno.FileInfo | undefined> {
  try {
    return await disk.lstat(path, folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Says whether two things that the system told of are one: the same file, under this name or that. */
export function isSameFile(one: Deno.FileInfo, other: Deno.FileInfo): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.isFile === other.isFile;
}

/** Removes a file if it is there. By default another thread does it, because the bytes of a large file take a while. */
export async function removeIfThere(
  path: string,
  remove: (path: string) => Promise<void> = (path) => disk.wait(() => Deno.remove(path)),
): Promise<void> {
  try {
    await remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Returns the folder that a path is in. */
function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end > 0 ? path.slice(0, end) : end === 0 ? path.slice(0, 1) : ".";
}

/**
 * Node has four threads for files, names of hosts and more, unless told otherwise: where all of them wait for a disk that
 * hangs, nothing else is ever done.
 */
function threadsToUse(): number {
  if (versions.deno !== undefined || versions.bun !== undefined) return MANY_THREADS;
  const threads = Number(env.UV_THREADPOOL_SIZE ?? 4);
  return Number.isSafeInteger(threads) && threads > 1 ? threads - 1 : 1;
}
