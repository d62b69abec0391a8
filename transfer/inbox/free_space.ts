import { statfs } from "node:fs/promises";
import { RefusedError } from "../refused_error.ts";

/** How {@linkcode FreeSpace} counts. */
export interface FreeSpaceOptions {
  /** What stays free, in bytes. */
  readonly minFreeBytes: number;
  /** Returns how many bytes may still be written below a folder. @default {freeBytes} */
  readonly freeBytesOf?: (folder: string) => Promise<number | undefined>;
}

/** Gives out what is free below a folder, so that what several were promised is there for all of them. */
export class FreeSpace {
  readonly #folder: string;
  readonly #minFreeBytes: number;
  readonly #freeBytesOf: (folder: string) => Promise<number | undefined>;
  /** Bytes that were promised and are not written yet. */
  #promisedBytes = 0;

  /** Makes one that has promised nothing yet. */
  constructor(folder: string, { minFreeBytes, freeBytesOf = freeBytes }: FreeSpaceOptions) {
    this.#folder = folder;
    this.#minFreeBytes = minFreeBytes;
    this.#freeBytesOf = freeBytesOf;
  }

  /** Looks whether there is room for so many bytes more. @throws {RefusedError} `no-space`: there is not. */
  async require(bytes: number): Promise<void> {
    this.#require(bytes, await this.#freeBytesOf(this.#folder));
  }

  /** Promises room for so many bytes. Release what is returned. @throws {RefusedError} `no-space`: there is not. */
  async promise(bytes: number): Promise<SpacePromise> {
    const free = await this.#freeBytesOf(this.#folder);
    // Nobody else may look between this and what is promised by it.
    this.#require(bytes, free);
    return new SpacePromise(bytes, (change) => this.#promisedBytes += change);
  }

  #require(bytes: number, free = Infinity): void {
    const left = Math.max(0, free - this.#promisedBytes - this.#minFreeBytes);
    if (bytes <= left) return;
    const needed = bytes === 1 ? "1 byte" : `${bytes} bytes`;
    const reason = `it needs ${needed}, and the receiver has ${left} to give`;
    throw new RefusedError(reason, { code: "no-space" });
  }
}

/** Room for bytes that are still to come. */
export class SpacePromise {
  readonly #onChange: (bytes: number) => void;
  #leftBytes = 0;

  /** Promises so many bytes; `onChange` hears how many more are promised from now on, or how many less. */
  constructor(bytes: number, onChange: (bytes: number) => void) {
    this.#onChange = onChange;
    this.#add(bytes);
  }

  /** So many bytes were written: they are no longer free. More than was promised count for nothing. */
  use(bytes: number): void {
    this.#add(-Math.min(this.#leftBytes, bytes));
  }

  /** So many bytes were dropped, and will come once more. */
  renew(bytes: number): void {
    this.#add(bytes);
  }

  /** Nothing more will come. */
  release(): void {
    this.#add(-this.#leftBytes);
  }

  #add(bytes: number): void {
    this.#leftBytes += bytes;
    this.#onChange(bytes);
  }
}

/** Returns how many bytes may still be written below a folder; undefined where nobody tells. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Not every file system knows, and Deno asks for --allow-sys=statfs.
    return undefined;
  }
}
