import { disk } from "../disk.ts";

/** The sync of a folder that is running, and the one that begins after it. */
interface FolderSync {
  running: Promise<void>;
  waiting: Promise<void> | undefined;
}

/** Puts files, and the names in folders, on the disk, so that a power cut does not undo what was done to them. */
export class DiskSync {
  readonly #sync: (file: Deno.FsFile) => Promise<void>;
  readonly #folders = new Map<string, FolderSync>();

  /** `sync` puts an open file or folder on the disk; a test may give one that does nothing. */
  constructor(sync: (file: Deno.FsFile) => Promise<void> = (file) => file.sync()) {
    this.#sync = sync;
  }

  /** Puts the bytes of an open file on the disk. @throws The system's error. */
  file(file: Deno.FsFile): Promise<void> {
    return disk.wait(() => this.#sync(file));
  }

  /** Puts the names in a folder on the disk. Calls during a sync share the next one. @throws The system's error. */
  folder(path: string): Promise<void> {
    const sync = this.#folders.get(path);
    if (!sync) return this.#run(path, { running: Promise.resolve(), waiting: undefined });
    return sync.waiting ??= sync.running.catch(ignore).then(() => this.#run(path, sync));
  }

  #run(path: string, sync: FolderSync): Promise<void> {
    this.#folders.set(path, sync);
    sync.waiting = undefined;
    sync.running = this.#syncFolder(path).finally(() => {
      if (sync.waiting === undefined) this.#folders.delete(path);
    });
    return sync.running;
  }

  async #syncFolder(path: string): Promise<void> {
    // Windows cannot open a folder, and keeps a log of such changes by itself.
    if (Deno.build.os === "windows") return;
    using folder = await disk.open(path, { read: true });
    await this.file(folder);
  }
}

function ignore(): void {}
