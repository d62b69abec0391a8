import { statfs } from "node:fs/promises";
import { FileRefusedError } from "../file_refused_error.ts";

/** How {@linkcode FreeSpace} counts. */
export interface FreeSpaceOptions {
  /** Bytes that stay free. */
  readonly minFreeBytes: number;
  /** Returns how many bytes may still be written below a folder; undefined when nobody knows. @default {freeBytes} */
  readonly freeBytesOf?: (folder: string) => Promise<number | undefined>;
}

/** Promises the free space below a folder to files that are on their way, none of it twice. */
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

  /** Checks that there is room for so many more bytes. @throws {FileRefusedError} `no-space`: there is not. */
  async require(bytes: number): Promise<void> {
    this.#require(bytes, await this.#freeBytesOf(this.#folder));
  }

  /** Promises room for so many bytes, until what is returned is released. @throws {FileRefusedError} `no-space`. */
  async promise(bytes: number): Promise<SpacePromise> {
    const free = await this.#freeBytesOf(this.#folder);
    // No `await` from here on: another file could be promised the same bytes.
    this.#require(bytes, free);
    return new SpacePromise(bytes, (change) => this.#promisedBytes += change);
  }

  #require(bytes: number, free = Infinity): void {
    const left = Math.max(0, free - this.#promisedBytes - this.#minFreeBytes);
    if (bytes <= left) return;
    const needed = bytes === 1 ? "1 byte" : `${bytes} bytes`;
    const reason = `it needs ${needed}, and the receiver has ${left} to give`;
    throw new FileRefusedError(reason, { code: "no-space" });
  }
}

/** Room on the disk for the bytes of one file that are still to come. */
export class SpacePromise {
  readonly #onChange: (bytes: number) => void;
  #leftBytes = 0;

  /** Promises so many bytes. `onChange` is called with each change of the promised bytes, the first one included. */
  constructor(bytes: number, onChange: (bytes: number) => void) {
    this.#onChange = onChange;
    this.#add(bytes);
  }

  /** Takes note that so many bytes were written: the system no longer counts them as free. */
  use(bytes: number): void {
    this.#add(-Math.min(this.#leftBytes, bytes));
  }

  /** Promises so many bytes again, which were dropped and will come once more. */
  renew(bytes: number): void {
    this.#add(bytes);
  }

  /** Ends the promise: nothing more will come. */
  release(): void {
    this.#add(-this.#leftBytes);
  }

  #add(bytes: number): void {
    this.#leftBytes += bytes;
    this.#onChange(bytes);
  }
}

/** Returns how many bytes may still be written below a folder; undefined when the system does not tell. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Some file systems do not know, and Deno may have no permission to ask.
    return undefined;
  }
}
