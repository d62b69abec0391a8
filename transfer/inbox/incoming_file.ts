import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import type { Clock } from "../../net/clock.ts";
import { removeIfThere } from "../disk.ts";
import type { FileOffer } from "../file_offer.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { hashFile, isFileOf } from "../hash_file.ts";
import type { DiskSync } from "./disk_sync.ts";
import { type ExistsPolicy, giveName } from "./final_name.ts";
import type { SpacePromise } from "./free_space.ts";
import { PartFile, unsettle } from "./part_file.ts";
import type { InboxFolders } from "./inbox_folders.ts";
import type { Place } from "./place.ts";

/** Refusals after which nothing that came is of use. */
const BAD: ReadonlySet<string> = new Set([
  "changed",
  "digest-mismatch",
  "exists",
  "size-mismatch",
  "too-large",
]);

/** The bytes of a file that are there before any come. */
export interface BytesThere {
  /** How many. */
  readonly bytes: number;
  /** A hasher that has seen them. */
  readonly hasher: Hasher;
}

/** What an {@linkcode IncomingFile} is made of. */
export interface IncomingFileOptions {
  /** What happens when the name is taken. */
  readonly policy: ExistsPolicy;
  /** Whether a later try can use what came of it. */
  readonly isKept: boolean;
  /** What the peer said of it. */
  readonly offer: FileOffer;
  /** The clock to go by. */
  readonly clock: Clock;
  /** Puts it on the disk. */
  readonly diskSync: DiskSync;
  /** Opens the folder that it goes into. */
  readonly folders: InboxFolders;
  /** Where it goes. */
  readonly place: Place;
  /** The path of its unfinished file; undefined when the very file may be at its place already. */
  readonly part: string | undefined;
  /** What is there of the one or the other. */
  readonly there: BytesThere | undefined;
  /** Room on the disk for what is not there yet. */
  readonly space: SpacePromise | undefined;
  /** Refuses to let the file become so large. @throws {FileRefusedError} `too-large`. */
  readonly requireSize: (bytes: number) => void;
  /** Returns what a failure is told as. */
  readonly explained: (error: unknown) => Promise<unknown>;
  /** Called once when the file is over, however it ended. */
  readonly released: () => void;
}

/** A file that an inbox has stored. */
export interface StoredFile {
  /** Its path below the inbox; the name may be another one than the peer's. */
  readonly path: string;
  /** Its bytes. */
  readonly size: number;
  /** Its SHA-256 in hex. */
  readonly sha256: string;
  /** Whether the very same file was there before. */
  readonly same: boolean;
}

/** A file that an inbox has stored before all of it was hashed. */
export interface StoredWithoutDigest extends Omit<StoredFile, "sha256"> {
  /** Returns its SHA-256 in hex; what was not hashed as it came is read again. */
  readonly digest: () => Promise<string>;
}

/**
 * One file on its way into an {@linkcode Inbox}. Its bytes go to an unfinished file in the same folder; `finish` gives
 * that the file's name once every byte is on the disk and the digest is right. Until then nothing stands under the name,
 * whatever happens.
 *
 * Call `start`, then `write` or `writeBytes`, then `finish`. `await using` keeps what came for a later try, if it was not
 * finished.
 */
export class IncomingFile implements AsyncDisposable {
  readonly #options: IncomingFileOptions;
  #hasher: Hasher;
  #size: number;
  /** How many of the bytes the hasher has seen. */
  #hashedBytes: number;
  #partFile: PartFile | undefined;
  #over = false;
  #started = false;
  #hasGivenWay = false;
  #isStoring = false;
  #lastByteAt: number;

  /** Use {@linkcode Inbox.begin}. */
  constructor(options: IncomingFileOptions) {
    this.#options = options;
    this.#size = this.#hashedBytes = options.there?.bytes ?? 0;
    this.#hasher = options.there?.hasher ?? sha256();
    this.#lastByteAt = options.clock.now();
  }

  /** How many bytes of it are there. */
  get size(): number {
    return this.#size;
  }

  /** The SHA-256 in hex of the bytes that an earlier try left; undefined when there are none. */
  get digestSoFar(): string | undefined {
    return this.#options.there ? this.#hasher.digestSoFar() : undefined;
  }

  /** Its path as the peer gave it. */
  get path(): string {
    return this.#options.offer.path;
  }

  /**
   * When its last byte came, by the clock, or when it was begun. While the file is being stored this is `Infinity`: its
   * peer is silent then because it waits for us.
   */
  get lastByteAt(): number {
    return this.#isStoring ? Infinity : this.#lastByteAt;
  }

  /** Its size as the peer gave it; null when the peer did not know. */
  get offeredSize(): number | null {
    return this.#options.offer.size;
  }

  /** Whether `start` was called. */
  get started(): boolean {
    return this.#started;
  }

  /**
   * Opens the file for the bytes that follow. `offset` is `size` to go on with what is there, or 0 to drop it.
   *
   * @throws {FileRefusedError} `exists`: another file has the name, and stays; `storage-failed`: what was there is gone.
   * @throws {RangeError} `offset` is neither.
   */
  async start(offset: number): Promise<void> {
    const { part, space } = this.#options;
    if (offset !== 0 && offset !== this.#size) {
      throw new RangeError(`Cannot start file at ${offset}: there are ${this.#size} bytes of it`);
    }
    this.#requireNotGivenWay();
    this.#started = true;
    if (offset !== this.#size) {
      space?.renew(this.#size);
      this.#size = this.#hashedBytes = 0;
      this.#hasher = sha256();
    }
    if (part === undefined) {
      if (offset > 0 || this.offeredSize === 0) return;
      throw new FileRefusedError("there is another file with that name", { code: "exists" });
    }
    try {
      this.#partFile = offset > 0 ? await PartFile.open(part, offset) : await PartFile.create(part);
    } catch (error) {
      throw await this.#options.explained(error);
    }
  }

  /** The buffer to fill with the next block; it is another one after each `write`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#open.buffer;
  }

  /**
   * Adds the first `count` bytes of the buffer. With `isHashed: false` neither they nor what follows is hashed, and
   * `finishWithoutDigest` is the way to end.
   *
   * @throws {FileRefusedError} `size-mismatch`, `too-large` or `no-space`: they are too many.
   */
  async write(count: number, { isHashed = true }: { isHashed?: boolean } = {}): Promise<void> {
    const file = this.#open;
    await this.#count(file.buffer.subarray(0, count), isHashed);
    await file.write(count);
  }

  /** Adds bytes, which must not change before the next call has settled. @throws {FileRefusedError} As `write`. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    const file = this.#open;
    await this.#count(bytes, true);
    await file.writeBytes(bytes);
  }

  /**
   * Stores the file: when this settles, all of it is on the disk under its name.
   *
   * @throws {FileRefusedError} `size-mismatch` or `digest-mismatch`: other bytes came than were announced; `exists`: the
   * name is taken. Nothing is stored then.
   */
  async finish(expected: { size: number; sha256: string }): Promise<StoredFile> {
    await this.#requireSize(expected.size);
    const digest = this.#hasher.digest();
    if (!sameDigest(digest, expected.sha256)) {
      await this.discard();
      const reason = `its SHA-256 should be ${expected.sha256}, got ${digest}`;
      throw new FileRefusedError(reason, { code: "digest-mismatch" });
    }
    const { part, place, policy, offer, diskSync } = this.#options;
    const stored = { size: expected.size, sha256: digest };
    if (part === undefined) {
      // Whoever stored it may have been cut off before its name was on the disk.
      await diskSync.folder(place.folder);
      this.#release();
      return { ...stored, path: offer.path, same: true };
    }
    const name = await this.#store();
    if (name !== undefined) {
      this.#release();
      return { ...stored, path: this.#pathOf(name), same: false };
    }
    const isSame = policy === "skip-same" && await isFileOf(place.target, stored);
    await this.discard();
    await diskSync.folder(place.folder);
    if (!isSame) throw nameTaken();
    return { ...stored, path: offer.path, same: true };
  }

  /**
   * Stores a file whose peer gave no digest, as `finish` does, without waiting for one.
   *
   * @throws {FileRefusedError} `size-mismatch`: it has not the size that was announced; `exists`: no name was free.
   * Nothing is stored then.
   */
  async finishWithoutDigest(): Promise<StoredWithoutDigest> {
    const size = this.#size;
    await this.#requireSize(size);
    const { part, place } = this.#options;
    if (part === undefined) throw new TypeError("Cannot finish a file that was there before");
    const name = await this.#store();
    if (name === undefined) {
      await this.discard();
      throw nameTaken();
    }
    this.#release();
    const hashed = { hasher: this.#hasher, from: this.#hashedBytes };
    const digest = async () => {
      const file = `${place.folder}/${name}`;
      return (await hashFile(file, { bytes: size, ...hashed })).digest();
    };
    return { size, path: this.#pathOf(name), same: false, digest };
  }

  /** Lets go of the file. What came of it is kept if a later try can use it. It may be called again. */
  async release(): Promise<void> {
    if (this.#over) return;
    if (!this.#options.isKept || this.#size === 0) return await this.discard();
    await this.#close();
    this.#release();
  }

  /**
   * Lets go of the file, because storing it failed. What came of it is kept, if a later try can use it, unless the error
   * says that it is bad: the disk may be full for a moment.
   */
  async abandon(error: unknown): Promise<void> {
    const isBad = isKnownBad(error) || this.#partFile?.isSpoiled === true;
    await (isBad ? this.discard() : this.release());
  }

  /** Lets go of the file, because another connection goes on with it; later calls are refused with `canceled`. */
  async giveWay(): Promise<void> {
    this.#hasGivenWay = true;
    await this.release();
  }

  /** Lets go of the file, and removes what came of it. @throws The system's error: it could not be removed. */
  async discard(): Promise<void> {
    if (this.#over) return;
    const { part } = this.#options;
    try {
      await this.#close();
      if (part !== undefined && this.#started) await removeIfThere(part);
    } finally {
      this.#release();
    }
  }

  /** Does what `release` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Returns the path that the peer gave with another name at its end. */
  #pathOf(name: string): string {
    const { offer, place } = this.#options;
    return offer.path.slice(0, -place.name.length) + name;
  }

  #requireNotGivenWay(): void {
    if (!this.#hasGivenWay) return;
    throw new FileRefusedError("it comes over another connection now", { code: "canceled" });
  }

  async #requireSize(size: number): Promise<void> {
    this.#requireNotGivenWay();
    const announced = this.offeredSize ?? size;
    if (this.#size === size && size === announced) return;
    await this.discard();
    const reason = `${this.#size} bytes came, and ${announced} were announced`;
    throw new FileRefusedError(reason, { code: "size-mismatch" });
  }

  get #open(): PartFile {
    this.#requireNotGivenWay();
    if (this.#partFile) return this.#partFile;
    throw new TypeError("Cannot write a block: the file was not started");
  }

  async #count(bytes: Uint8Array, isHashed: boolean): Promise<void> {
    const { space, requireSize, clock } = this.#options;
    this.#lastByteAt = clock.now();
    const total = this.#size + bytes.length;
    requireSize(total);
    if (this.offeredSize !== null && total > this.offeredSize) {
      const reason = `more than the ${this.offeredSize} bytes came that were announced`;
      throw new FileRefusedError(reason, { code: "size-mismatch" });
    }
    await space?.use(bytes.length);
    if (isHashed && this.#hashedBytes === this.#size) {
      this.#hasher.update(bytes);
      this.#hashedBytes = total;
    }
    this.#size = total;
  }

  /** Puts the bytes on the disk, then gives them their name; undefined when it is taken. */
  async #store(): Promise<string | undefined> {
    const { place, policy, offer: { mtimeMs, mode }, folders, diskSync } = this.#options;
    this.#isStoring = true;
    try {
      const file = this.#open;
      const info = await file.settle({ mtimeMs, mode, diskSync });
      this.#partFile = undefined;
      try {
        return await giveName(file.path, { info, place, policy, folders, diskSync });
      } catch (error) {
        await unsettle(file.path, info).catch(ignore);
        throw error;
      }
    } catch (error) {
      await this.abandon(error);
      throw await this.#options.explained(error);
    }
  }

  async #close(): Promise<void> {
    await this.#partFile?.close();
    this.#partFile = undefined;
  }

  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.released();
  }
}

/** Says whether an error means that the bytes that came are not those of the file, or can never be stored. */
function isKnownBad(error: unknown): boolean {
  return error instanceof FileRefusedError && BAD.has(error.code);
}

function nameTaken(): FileRefusedError {
  return new FileRefusedError("there is a file with that name", { code: "exists" });
}

function ignore(): void {}
