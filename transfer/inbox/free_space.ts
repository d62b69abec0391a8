import { statfs } from "node:fs/promises";
import { counted } from "../../net/counted.ts";
import { disk } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";

/** How {@linkcode FreeSpace} counts. */
export interface FreeSpaceOptions {
  /** Bytes that stay free. */
  readonly minFreeBytes: number;
  /** Returns how many bytes may still be written below a folder; undefined when nobody knows. @default {freeBytes} */
  readonly freeBytesOf?: (folder: string) => Promise<number | undefined>;
  /** Milliseconds that only go on. @default {performance.now} */
  readonly now?: () => number;
}

/** What one address may hold without having sent it: this share of what is left, or at least so many bytes. */
const PEER_SHARE = 1 / 8;
const MIN_PEER_BYTES = 64 * 1024 * 1024;
/** All promises together leave this share of the free space to those who come later. */
const PROMISED_SHARE = 1 / 2;
/** Bytes of a file without a promise after which the free space is looked at again. */
const CHECK_BYTES = 16 * 1024 * 1024;

/** What the system said of the free space is good for so long, where so much of it is left that nothing fills it meanwhile. */
const MAX_AGE_MS = 100;
const PLENTY_BYTES = 1024 ** 3;

/** Whom room is promised to. */
export interface PromiseOptions {
  /** The address of the host that sends the file. @default those without one count as one */
  readonly from?: string | undefined;
}

/**
 * Promises the free space below a folder to files that are on their way, none of it twice. A promise costs its peer
 * nothing, so one address gets an eighth of what is left (or 64 MiB where that is more), and all together get half of what
 * is free: a header that announces a whole disk keeps nobody else out. A file beyond that is taken without a promise.
 */
export class FreeSpace {
  readonly #folder: string;
  readonly #minFreeBytes: number;
  readonly #freeBytesOf: (folder: string) => Promise<number | undefined>;
  readonly #now: () => number;
  /** What the system said last, and when. */
  #last: { free: number | undefined; at: number } | undefined;
  /** Bytes that were promised and are not written yet. */
  #promisedBytes = 0;
  /** The same by address; those without any are left out. */
  readonly #byPeer = new Map<string, number>();

  /** Makes one that has promised nothing yet. */
  constructor(folder: string, options: FreeSpaceOptions) {
    this.#folder = folder;
    this.#minFreeBytes = options.minFreeBytes;
    this.#freeBytesOf = options.freeBytesOf ?? freeBytes;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Checks that there is room for so many more bytes. @throws {FileRefusedError} `no-space`: there is not. */
  async require(bytes: number): Promise<void> {
    this.#require(bytes, await this.#free(bytes));
  }

  /**
   * Promises room for so many bytes, until what is returned is released. Where they are more than the peer may hold there
   * is room now, and it is looked at again as they come. For null nobody knows how many will come: nothing is promised.
   *
   * @throws {FileRefusedError} `no-space`: there is no room.
   */
  async promise(bytes: number | null, { from = "" }: PromiseOptions = {}): Promise<SpacePromise> {
    const free = await this.#free(bytes ?? 1);
    // No `await` from here on: another file could be promised the same bytes.
    this.#require(bytes ?? 1, free);
    const isPromised = bytes !== null && bytes <= this.#mostFor(from, free);
    return new SpacePromise(isPromised ? bytes : undefined, {
      onChange: (change) => this.#count(from, change),
      require: (bytes) => this.require(bytes),
    });
  }

  /** Asks the system how much is free, unless it said just now that there is plenty: small files come by the thousand. */
  async #free(bytes: number): Promise<number | undefined> {
    const now = this.#now();
    if (this.#last && now - this.#last.at < MAX_AGE_MS) {
      const { free = Infinity } = this.#last;
      if (free - this.#promisedBytes - this.#minFreeBytes - bytes >= PLENTY_BYTES) return free;
    }
    const free = await this.#freeBytesOf(this.#folder);
    this.#last = { free, at: now };
    return free;
  }

  #mostFor(peer: string, free = Infinity): number {
    const all = Math.max(0, free - this.#minFreeBytes);
    const left = all - this.#promisedBytes;
    const most = Math.max(left * PEER_SHARE, MIN_PEER_BYTES) - (this.#byPeer.get(peer) ?? 0);
    return Math.min(most, all * PROMISED_SHARE - this.#promisedBytes);
  }

  #count(peer: string, change: number): void {
    this.#promisedBytes += change;
    const bytes = (this.#byPeer.get(peer) ?? 0) + change;
    if (bytes > 0) this.#byPeer.set(peer, bytes);
    else this.#byPeer.delete(peer);
  }

  #require(bytes: number, free = Infinity): void {
    const left = Math.max(0, free - this.#promisedBytes - this.#minFreeBytes);
    if (bytes <= left) return;
    const reason = `it needs ${counted(bytes, "byte")}, and the receiver has ${left} to give`;
    throw new FileRefusedError(reason, { code: "no-space" });
  }
}

/** How a {@linkcode SpacePromise} is kept. */
export interface SpacePromiseOptions {
  /** Called with each change of the promised bytes, the first one included. */
  readonly onChange: (bytes: number) => void;
  /** Checks that there is room for so many bytes. @throws {FileRefusedError} `no-space`: there is not. */
  readonly require: (bytes: number) => Promise<void>;
}

/** Room on the disk for the bytes of one file that are still to come. */
export class SpacePromise {
  readonly #options: SpacePromiseOptions;
  readonly #isPromised: boolean;
  #leftBytes = 0;
  /** Bytes since the free space was last looked at. */
  #unchecked = 0;

  /** Promises so many bytes. For undefined there is no promise, and the free space is looked at as they come. */
  constructor(bytes: number | undefined, options: SpacePromiseOptions) {
    this.#options = options;
    this.#isPromised = bytes !== undefined;
    this.#add(bytes ?? 0);
  }

  /**
   * Takes note that so many bytes are about to be written: the system will no longer count them as free.
   *
   * @throws {FileRefusedError} `no-space`: they were not promised, and there is no room any more.
   */
  async use(bytes: number): Promise<void> {
    if (this.#isPromised) return this.#add(-Math.min(this.#leftBytes, bytes));
    this.#unchecked += bytes;
    if (this.#unchecked < CHECK_BYTES) return;
    this.#unchecked = 0;
    await this.#options.require(bytes);
  }

  /** Promises so many bytes again, which were dropped and will come once more. */
  renew(bytes: number): void {
    if (this.#isPromised) this.#add(bytes);
  }

  /** Ends the promise: nothing more will come. */
  release(): void {
    this.#add(-this.#leftBytes);
  }

  #add(bytes: number): void {
    this.#leftBytes += bytes;
    this.#options.onChange(bytes);
  }
}

/** Returns how many bytes may still be written below a folder; undefined when the system does not tell. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await disk.wait(() => statfs(folder));
    return bavail * bsize;
  } catch {
    // Some file systems do not know, and Deno may have no permission to ask.
    return undefined;
  }
}
