import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import type { Clock } from "../../net/mod.ts";
import { BlockWriter } from "./block_writer.ts";
import { disk } from "../disk.ts";
import type { SpacePromise } from "./free_space.ts";
import type { FileOffer } from "./inbox.ts";
import { infoOf, makeFolders, type Place, removeIfThere, syncFolder } from "./place.ts";
import { type ExistsPolicy, publish } from "./publish.ts";
import { createPart, hashPart, isFileOf, openPart } from "./part_file.ts";
import { RefusedError } from "../refused_error.ts";

/** How often the free space is looked at while a file of unknown length comes, in bytes. */
const SPACE_CHECK_BYTES = 16 * 1024 * 1024;

/** What is there of a file already. */
export interface Found {
  /** Bytes of it. */
  readonly bytes: number;
  /** What has seen them. */
  readonly hasher: Hasher;
}

/** What an {@linkcode Upload} is made of. */
export interface UploadOptions {
  /** The inbox's path. */
  readonly root: string;
  /** What happens when the name is taken. */
  readonly policy: ExistsPolicy;
  /** What came of it is of use to a later try. */
  readonly isKept: boolean;
  /** What the peer said. */
  readonly offer: FileOffer;
  /** The clock to go by. */
  readonly clock: Clock;
  /** Where it goes. */
  readonly place: Place;
  /** The unfinished file; undefined where the file itself may be there. */
  readonly part: string | undefined;
  /** What is there of either. */
  readonly found: Found | undefined;
  /** Room for what is not there yet. */
  readonly space: SpacePromise | undefined;
  /** Looks whether the file may become so large. @throws {RefusedError} It may not. */
  readonly requireSize: (bytes: number) => void;
  /** Looks whether there is free space for more. @throws {RefusedError} There is too little. */
  readonly requireSpace: (bytes: number) => Promise<void>;
  /** Hears that the file is over, however it ended. */
  readonly released: () => void;
}

/** How a file ended up. */
export interface StoredFile {
  /** Its path below the inbox. */
  readonly path: string;
  /** Its bytes. */
  readonly size: number;
  /** Its digest, in hex. */
  readonly sha256: string;
  /** It was there already. */
  readonly same: boolean;
}

/** A file that was stored before its digest was known. */
export interface StoredUndigested extends Omit<StoredFile, "sha256"> {
  /** Returns the digest; reads what of the file was not hashed when it came. */
  readonly digest: () => Promise<string>;
}

/**
 * One file on its way in. Its bytes go to an unfinished file in its folder; `finish` gives that its name once every byte
 * is on the disk and the digest is right. Whatever happens before leaves no file under the name.
 */
export class Upload implements AsyncDisposable {
  readonly #options: UploadOptions;
  #hasher: Hasher;
  #size: number;
  /** How much of it the hasher has seen. */
  #hashedBytes: number;
  #file: Deno.FsFile | undefined;
  #writer: BlockWriter | undefined;
  #unchecked = 0;
  #over = false;
  #started = false;
  #hasGivenWay = false;
  #isStoring = false;
  #lastByteAt: number;

  /** Use {@linkcode Inbox.begin}. */
  constructor(options: UploadOptions) {
    this.#options = options;
    this.#size = this.#hashedBytes = options.found?.bytes ?? 0;
    this.#hasher = options.found?.hasher ?? sha256();
    this.#lastByteAt = options.clock.now();
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  /** The digest of the bytes that are there, where there are some. */
  get digestSoFar(): string | undefined {
    return this.#options.found ? this.#hasher.digestSoFar() : undefined;
  }

  /** Its path as the peer gave it. */
  get path(): string {
    return this.#options.offer.path;
  }

  /** When its last byte came, by the clock, or when it was begun; it does not count as long ago while it is stored. */
  get lastByteAt(): number {
    return this.#isStoring ? Infinity : this.#lastByteAt;
  }

  /** Its bytes as the peer gave them. */
  get offeredSize(): number | null {
    return this.#options.offer.size;
  }

  /** `start` was called. */
  get started(): boolean {
    return this.#started;
  }

  /**
   * Opens the file for what follows: behind what is there, or from 0 on, where that is dropped.
   *
   * @throws {RefusedError} What is there is another file, and stays; or it is there no more.
   * @throws {RangeError} The offset is neither.
   */
  async start(offset: number): Promise<void> {
    const { part, place, root, space } = this.#options;
    if (offset !== 0 && offset !== this.#size) {
      throw new RangeError(`Cannot start file at ${offset}: there are ${this.#size} bytes of it`);
    }
    this.#requireStay();
    this.#started = true;
    if (offset !== this.#size) {
      space?.renew(this.#size);
      this.#size = this.#hashedBytes = 0;
      this.#hasher = sha256();
    }
    if (part === undefined) {
      if (offset > 0 || this.offeredSize === 0) return;
      throw new RefusedError("there is another file with that name", { code: "exists" });
    }
    this.#file = offset > 0
      ? await openPart(part, offset)
      : await createPart(part, () => makeFolders(root, place.folder));
    this.#writer = new BlockWriter(this.#file);
  }

  /** The buffer to fill with the next block; it changes with each `write`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#open.buffer;
  }

  /**
   * Adds the first `count` bytes of the buffer. Where `isHashed` is false they are left to `finishUndigested`, and so is
   * all that follows.
   *
   * @throws {RefusedError} They are too many.
   */
  async write(count: number, { isHashed = true }: { isHashed?: boolean } = {}): Promise<void> {
    const writer = this.#open;
    await this.#count(writer.buffer.subarray(0, count), isHashed);
    await writer.write(count);
  }

  /** Adds bytes that must not change before the next call. @throws {RefusedError} They are too many. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    const writer = this.#open;
    await this.#count(bytes, true);
    await writer.writeBytes(bytes);
  }

  /**
   * Stores the file: everything is on the disk under its name when this settles.
   *
   * @throws {RefusedError} It is not what was announced, or its name is taken; nothing is stored.
   */
  async finish(expected: { size: number; sha256: string }): Promise<StoredFile> {
    await this.#requireSize(expected.size);
    const digest = this.#hasher.digest();
    if (!sameDigest(digest, expected.sha256)) {
      await this.discard();
      const reason = `its SHA-256 should be ${expected.sha256}, got ${digest}`;
      throw new RefusedError(reason, { code: "digest-mismatch" });
    }
    const { part, place, policy, offer } = this.#options;
    const stored = { size: expected.size, sha256: digest };
    if (part === undefined) {
      // Whoever gave it its name may have been cut off before that was on the disk.
      await syncFolder(place.folder);
      this.#release();
      return { ...stored, path: offer.path, same: true };
    }
    const name = await this.#publish(part);
    if (name !== undefined) {
      this.#release();
      return { ...stored, path: this.#pathOf(name), same: false };
    }
    const isSame = policy === "skip-same" && await isFileOf(place.target, stored);
    await this.discard();
    await syncFolder(place.folder);
    if (!isSame) throw nameTaken();
    return { ...stored, path: offer.path, same: true };
  }

  /**
   * Stores a file whose peer gave no digest: as `finish`, without waiting for one.
   *
   * @throws {RefusedError} It has not the size that was announced, or no name; nothing is stored.
   */
  async finishUndigested(): Promise<StoredUndigested> {
    const size = this.#size;
    await this.#requireSize(size);
    const { part, place } = this.#options;
    if (part === undefined) throw new TypeError("Cannot finish a file that was there before");
    const name = await this.#publish(part);
    if (name === undefined) {
      await this.discard();
      throw nameTaken();
    }
    this.#release();
    const hashed = { hasher: this.#hasher, from: this.#hashedBytes };
    const digest = async () => {
      const file = `${place.folder}/${name}`;
      return (await hashPart(file, { bytes: size, ...hashed })).digest();
    };
    return { size, path: this.#pathOf(name), same: false, digest };
  }

  /** Lets go of the file: what came of it stays for a later try where there can be one. */
  async release(): Promise<void> {
    if (this.#over) return;
    if (!this.#options.isKept || this.#size === 0) return await this.discard();
    await this.#close({ isFilled: false });
    this.#release();
  }

  /** Lets go of the file, because another connection goes on with it; what still comes over this one is refused. */
  async giveWay(): Promise<void> {
    this.#hasGivenWay = true;
    await this.release();
  }

  /** Lets go of the file and of what came of it. @throws The system's error: that could not be removed. */
  async discard(): Promise<void> {
    if (this.#over) return;
    const { part } = this.#options;
    try {
      await this.#close({ isFilled: false });
      if (part !== undefined && this.#started) await removeIfThere(part);
    } finally {
      this.#release();
    }
  }

  /** Keeps what came where it can be of use. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Returns the path of another name in the same folder. */
  #pathOf(name: string): string {
    const { offer, place } = this.#options;
    return offer.path.slice(0, -place.name.length) + name;
  }

  #requireStay(): void {
    if (!this.#hasGivenWay) return;
    throw new RefusedError("it comes over another connection now", { code: "canceled" });
  }

  async #requireSize(size: number): Promise<void> {
    this.#requireStay();
    const announced = this.offeredSize ?? size;
    if (this.#size === size && size === announced) return;
    await this.discard();
    const reason = `${this.#size} bytes came, and ${announced} were announced`;
    throw new RefusedError(reason, { code: "size-mismatch" });
  }

  get #open(): BlockWriter {
    this.#requireStay();
    if (this.#writer) return this.#writer;
    throw new TypeError("Cannot write a block: the file was not started");
  }

  async #count(bytes: Uint8Array, isHashed: boolean): Promise<void> {
    const { space, requireSize, requireSpace, clock } = this.#options;
    this.#lastByteAt = clock.now();
    const total = this.#size + bytes.length;
    requireSize(total);
    space?.use(bytes.length);
    if (this.offeredSize === null) {
      this.#unchecked += bytes.length;
      if (this.#unchecked >= SPACE_CHECK_BYTES) {
        this.#unchecked = 0;
        await requireSpace(bytes.length);
      }
    } else if (total > this.offeredSize) {
      const reason = `more than the ${this.offeredSize} bytes came that were announced`;
      throw new RefusedError(reason, { code: "size-mismatch" });
    }
    if (isHashed && this.#hashedBytes === this.#size) {
      this.#hasher.update(bytes);
      this.#hashedBytes = total;
    }
    this.#size = total;
  }

  /** Stores everything under a name; undefined where that is taken. What came of it goes where that fails. */
  async #publish(part: string): Promise<string | undefined> {
    const { place, policy } = this.#options;
    this.#isStoring = true;
    try {
      await this.#settle(part);
      return await publish(part, { place, policy });
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Everything about the file is on the disk, but its name. */
  async #settle(part: string): Promise<void> {
    const { mtimeMs, mode } = this.#options.offer;
    const file = this.#file!;
    await this.#writer!.drained();
    const [{ ino }, there] = await Promise.all([disk.stat(file), infoOf(part)]);
    if (there?.ino !== ino) {
      const reason = "something else writes into the receiver's folder";
      throw new RefusedError(reason, { code: "storage-failed" });
    }
    // Never a set-user bit, and nobody else may write.
    if (mode !== undefined) await Deno.chmod(part, mode & 0o755);
    await file.sync();
    // Not before the wait: should it end halfway, an unfinished file of long ago would be taken for a forgotten one.
    if (mtimeMs !== null) {
      await disk.utime(file, { atime: new Date(), mtime: new Date(mtimeMs) });
    }
    await this.#close({ isFilled: true });
  }

  async #close(how: { isFilled: boolean }): Promise<void> {
    await this.#writer?.release(how);
    this.#writer = undefined;
    this.#file?.close();
    this.#file = undefined;
  }

  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.released();
  }
}

function nameTaken(): RefusedError {
  return new RefusedError("there is a file with that name", { code: "exists" });
}
