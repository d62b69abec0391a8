import * as fs from "node:fs";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { badResource, fromCode, fromNode, interrupted } from "../errors/errors.ts";
import { infoOf, timeOf } from "./file_info.ts";
import type { FileInfo } from "./file_types.ts";
import { Turns } from "../sockets/turns.ts";

/** The system reads and writes no more at once, and Node refuses to ask for it. */
const MAX_BYTES = 0x7fff_f000;

const fstat = promisify(fs.fstat);
const fsync = promisify(fs.fsync);
const fdatasync = promisify(fs.fdatasync);
const ftruncate = promisify(fs.ftruncate);
const futimes = promisify(fs.futimes);

/** Where `seek` counts from. */
export const SeekMode = {
  /** From the first byte. */
  Start: 0,
  /** From where the file is. */
  Current: 1,
  /** From behind the last byte. */
  End: 2,
} as const;
/** Where `seek` counts from. */
export type SeekMode = (typeof SeekMode)[keyof typeof SeekMode];

/**
 * An open file. Reads and writes go on from one position, which Node has no way to move: it is counted here. What is
 * asked for takes turns, so that two reads at once get different bytes; a method that ends in `Sync` does not wait.
 */
export class FsFile implements Disposable {
  readonly #fd: number;
  readonly #append: boolean;
  readonly #turns = new Turns();
  readonly #reads = new Set<(reason: Error) => void>();
  /** Null is where the system has it: behind what was appended, or in what has no positions, such as a pipe. */
  #position: number | null = 0;
  #closed = false;

  /** Takes over a file descriptor, which `close` closes; `Deno.open` is the way to get one. */
  constructor(fd: number, { append = false }: { append?: boolean } = {}) {
    this.#fd = fd;
    this.#append = append;
  }

  /** Reads up to as many bytes as fit; null is the end. A close interrupts it. */
  read(into: Uint8Array): Promise<number | null> {
    if (into.length === 0) return Promise.resolve(0);
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      requireBytes(into);
      this.#reads.add(reject);
      void this.#turns.take(async () => {
        if (this.#closed) return;
        await this.#readNext(into).then(resolve, reject);
        this.#reads.delete(reject);
      });
    });
  }

  #readNext(into: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      const position = this.#position;
      fs.read(this.#fd, into, 0, Math.min(into.length, MAX_BYTES), position, (error, count) => {
        if (error === null) {
          if (position !== null) this.#position = position + count;
          resolve(count === 0 ? null : count);
        } else if (this.#hasNoPositions(error)) {
          resolve(this.#readNext(into));
        } else {
          reject(fromNode(error));
        }
      });
    });
  }

  /** Reads up to as many bytes as fit before it returns; null is the end. */
  readSync(into: Uint8Array): number | null {
    if (into.length === 0) return 0;
    this.#requireOpen();
    requireBytes(into);
    const count = this.#callSync((position) =>
      fs.readSync(this.#fd, into, 0, Math.min(into.length, MAX_BYTES), position)
    );
    if (this.#position !== null) this.#position += count;
    return count === 0 ? null : count;
  }

  /** Writes some of the bytes, and says how many. They may be used again once it has settled. */
  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      requireBytes(bytes);
      void this.#turns.take(() => this.#writeNext(bytes).then(resolve, reject));
    });
  }

  #writeNext(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      const position = this.#append ? null : this.#position;
      fs.write(this.#fd, bytes, 0, Math.min(bytes.length, MAX_BYTES), position, (error, count) => {
        if (error === null) {
          this.#written(count);
          resolve(count);
        } else if (this.#hasNoPositions(error)) {
          resolve(this.#writeNext(bytes));
        } else {
          reject(fromNode(error));
        }
      });
    });
  }

  /** Writes some of the bytes before it returns, and says how many. */
  writeSync(bytes: Uint8Array): number {
    this.#requireOpen();
    requireBytes(bytes);
    const count = this.#callSync((position) => {
      const at = this.#append ? null : position;
      return fs.writeSync(this.#fd, bytes, 0, Math.min(bytes.length, MAX_BYTES), at);
    });
    this.#written(count);
    return count;
  }

  #written(count: number): void {
    if (this.#append && count > 0) this.#position = null;
    if (this.#position !== null) this.#position += count;
  }

  /** Goes to another position, which may lie behind the end, and says which. */
  seek(offset: number | bigint, whence: SeekMode): Promise<number> {
    return this.#take(async () => {
      const found = await fstat(this.#fd, { bigint: true }).catch(rethrow);
      if (found.isFIFO() || found.isSocket()) throw fromCode("ESPIPE");
      const size = Number(found.size);
      const bases: Readonly<Record<number, number>> = [0, this.#position ?? size, size];
      const base = bases[whence];
      if (base === undefined) throw new TypeError(`Invalid seek mode: ${whence}`);
      const position = base + (Math.trunc(Number(offset)) || 0);
      if (position < 0 || position > Number.MAX_SAFE_INTEGER) throw fromCode("EINVAL");
      return this.#position = position;
    });
  }

  /** Cuts the file, or has it end in zeros; the position stays where it is. */
  truncate(len?: number): Promise<void> {
    return this.#take(() => ftruncate(this.#fd, lengthOf(len)).catch(rethrow));
  }

  /** Waits until the disk has all that was written, and all that is known about the file. */
  sync(): Promise<void> {
    return this.#take(() => fsync(this.#fd).catch(rethrow));
  }

  /** Waits until the disk has all that was written. */
  syncData(): Promise<void> {
    return this.#take(() => fdatasync(this.#fd).catch(rethrow));
  }

  /** Tells about the file. */
  stat(): Promise<FileInfo> {
    return this.#take(async () => infoOf(await fstat(this.#fd, { bigint: true }).catch(rethrow)));
  }

  /** Tells about the file before it returns. */
  statSync(): FileInfo {
    this.#requireOpen();
    try {
      return infoOf(fs.fstatSync(this.#fd, { bigint: true }));
    } catch (error) {
      throw fromNode(error);
    }
  }

  /** As `utime`, before it returns. */
  utimeSync(atime: number | Date, mtime: number | Date): void {
    this.#requireOpen();
    try {
      fs.futimesSync(this.#fd, timeOf(atime), timeOf(mtime));
    } catch (error) {
      throw fromNode(error);
    }
  }

  /** Sets when it was last read and written; numbers are in seconds, and cut to milliseconds as dates are. */
  utime(atime: number | Date, mtime: number | Date): Promise<void> {
    return this.#take(() => futimes(this.#fd, timeOf(atime), timeOf(mtime)).catch(rethrow));
  }

  /** Says whether somebody types or reads there. */
  isTerminal(): boolean {
    return !this.#closed && isatty(this.#fd);
  }

  /**
   * Closes it, once all that was asked for before is done; reads are interrupted. It never fails: whether the disk has
   * what was written, `sync` says.
   *
   * @throws {BadResource} It is closed.
   */
  close(): void {
    this.#requireOpen();
    this.#closed = true;
    for (const interrupt of this.#reads) interrupt(interrupted());
    // The number of a file that is closed goes to the next one: nothing under way may meet that.
    this.#turns.whenIdle(() => {
      try {
        fs.closeSync(this.#fd);
      } catch {
        // The system has it closed all the same.
      }
    });
  }

  /** Closes it, unless it is closed. */
  [Symbol.dispose](): void {
    if (!this.#closed) this.close();
  }

  #take<T>(work: () => Promise<T>): Promise<T> {
    return this.#closed ? Promise.reject(badResource()) : this.#turns.take(work);
  }

  /** Tries it where we are, and where that cannot be said, where the system is. */
  #callSync(call: (position: number | null) => number): number {
    try {
      return call(this.#position);
    } catch (error) {
      if (this.#hasNoPositions(error)) return this.#callSync(call);
      throw fromNode(error);
    }
  }

  /** Says whether a file failed because it has no positions, which is known from then on. */
  #hasNoPositions(error: unknown): boolean {
    if ((error as NodeJS.ErrnoException).code !== "ESPIPE" || this.#position === null) return false;
    this.#position = null;
    return true;
  }

  #requireOpen(): void {
    if (this.#closed) throw badResource();
  }
}

/** Returns a length as the system takes it: a whole one, from 0. */
export function lengthOf(len = 0): number {
  return Math.min(Math.max(0, Math.trunc(len) || 0), Number.MAX_SAFE_INTEGER);
}

function requireBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("expected typed ArrayBufferView");
}

function rethrow(error: unknown): never {
  throw fromNode(error);
}
