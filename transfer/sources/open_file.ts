import * as fs from "node:fs";
import { promisify } from "node:util";
import { sameDigest, sha256 as newHasher } from "../../codec/hashing.ts";
import { systemCodeOf } from "../../net/errors.ts";
import { disk } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { hashBytes } from "../hash_file.ts";
import type { OpenFileSource, ReadContent } from "./file_source.ts";
import { denoErrorOf } from "./read_errors.ts";

/** A change within this time of another one may leave no trace: systems give times in steps of up to two seconds. */
const RACY_MS = 3000;
/** A file that was changed within this time is likely to be changed again. */
const FRESH_MS = 10_000;
/** Handing so much to another thread costs more than to read it. */
const SMALL_BYTES = 64 * 1024;

// A pipe in the file's place must not stop the program. Windows has neither, and no pipes among its files.
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;

const readLater = promisify(fs.read);

/** What tells a file from every other one; null where the system does not say. */
export type Identity = Pick<Deno.FileInfo, "dev" | "ino">;

/** Says whether two are the same file or folder, as far as the system tells. */
export function isSame(one: Identity, other: Identity): boolean {
  if (!one.ino || !other.ino) return true;
  return one.ino === other.ino && one.dev === other.dev;
}

/** What is to be opened. */
export interface OpenFileOptions {
  /** What was found at the path. */
  found: Identity;
  /** Whether the path may be a link. @default {false} */
  isLink?: boolean;
  /** Whether the system said how many bytes it holds. @default {true} */
  isSized?: boolean;
  /** The time in milliseconds since 1970. @default {Date.now} */
  now?: () => number;
}

/**
 * Opens a file that was found, and nothing else that has its path by now; a pipe there is not waited for.
 *
 * @throws {FileRefusedError} `changed`: something else is there.
 * @throws The system's error.
 */
export async function openFile(path: string, options: OpenFileOptions): Promise<OpenFile> {
  const { found, isLink = false, isSized = true, now = Date.now } = options;
  const openedMs = now();
  const flags = O_RDONLY | O_NONBLOCK | (isLink ? 0 : O_NOFOLLOW);
  let fd: number;
  try {
    fd = await disk.openDescriptor(path, flags);
  } catch (error) {
    if (!isLink && systemCodeOf(error) === "ELOOP") throw replaced();
    throw denoErrorOf(error);
  }
  const opened = fs.fstatSync(fd);
  if (opened.isFile() && isSame(found, opened)) {
    return new OpenFile(fd, { opened, openedMs, isSized });
  }
  fs.closeSync(fd);
  throw replaced();
}

/** Makes the error for something that stands where another thing was found. */
export function replaced(): FileRefusedError {
  return new FileRefusedError("something else is there than a moment ago", { code: "changed" });
}

/** A file that is open. Its descriptor is Node's on both runtimes, because Deno's own way to open one waits for pipes. */
class OpenFile implements OpenFileSource {
  readonly #fd: number;
  readonly #opened: fs.Stats;
  readonly #openedMs: number;
  readonly #isSized: boolean;
  #at = 0;
  #reading: Promise<unknown> | undefined;
  #closed = false;

  constructor(
    fd: number,
    { opened, openedMs, isSized }: { opened: fs.Stats; openedMs: number; isSized: boolean },
  ) {
    this.#fd = fd;
    this.#opened = opened;
    this.#openedMs = openedMs;
    this.#isSized = isSized;
  }

  async read(into: Uint8Array): Promise<number | null> {
    const reading = readLater(this.#fd, into, 0, into.length, this.#position);
    this.#reading = reading;
    try {
      return this.#took((await reading).bytesRead);
    } finally {
      this.#reading = undefined;
      if (this.#closed) fs.closeSync(this.#fd);
    }
  }

  readSync(into: Uint8Array): number | null {
    return this.#took(fs.readSync(this.#fd, into, 0, into.length, this.#position));
  }

  get seek(): ((offset: number) => Promise<void>) | undefined {
    if (!this.#isSized) return undefined;
    return (offset) => Promise.resolve(void (this.#at = offset));
  }

  get isFresh(): boolean {
    return this.#ageMs < FRESH_MS;
  }

  async isStill({ bytes, sha256, ...reading }: ReadContent): Promise<boolean> {
    // What the system makes up as it is read is never the same, and has no times.
    if (!this.#isSized) return true;
    const now = fs.fstatSync(this.#fd);
    const { size, mtimeMs, ctimeMs } = this.#opened;
    const isUntouched = now.size === size && now.mtimeMs === mtimeMs && now.ctimeMs === ctimeMs;
    if (isUntouched && this.#ageMs >= RACY_MS) return true;
    if (sha256 === undefined) return false;
    this.#at = 0;
    const hasher = newHasher();
    // It was read a moment ago: so little comes out of memory.
    const source = bytes <= SMALL_BYTES
      ? { read: (into: Uint8Array) => Promise.resolve(this.readSync(into)) }
      : this;
    return await hashBytes(source, { ...reading, bytes, hasher }) &&
      sameDigest(hasher.digest(), sha256);
  }

  [Symbol.asyncDispose](): Promise<void> {
    // The number of a file that is closed goes to the next one: a read that is under way must not meet that.
    if (!this.#closed && !this.#reading) fs.closeSync(this.#fd);
    this.#closed = true;
    return Promise.resolve();
  }

  /** How long before it was opened it was last changed. */
  get #ageMs(): number {
    return this.#openedMs - this.#opened.ctimeMs;
  }

  /** What the system makes up as it is read may have no positions. */
  get #position(): number | null {
    return this.#isSized ? this.#at : null;
  }

  #took(count: number): number | null {
    this.#at += count;
    return count === 0 ? null : count;
  }
}
