import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import type { Clock } from "../../net/clock.ts";
import { removeIfThere } from "../disk.ts";
import type { FileOffer } from "../file_offer.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { hashFile } from "../hash_file.ts";
import type { DiskSync } from "./disk_sync.ts";
import { type ExistsPolicy, giveName } from "./final_name.ts";
import type { SpacePromise } from "./free_space.ts";
import { PartFile, unsettle } from "./part_file.ts";
import type { InboxFolders } from "./inbox_folders.ts";
import { pathWith, type Place } from "./place.ts";

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
  /** The path of its unfinished file. */
  readonly part: string;
  /** What is there of that. */
  readonly there: BytesThere | undefined;
  /** Room on the disk for what is not there yet. */
  readonly space: SpacePromise;
  /** Refuses to let the file become so large. @throws {FileRefusedError} `too-large`. */
  readonly requireSize: (bytes: number) => void;
  /** Returns what a failure is told as. */
  readonly explained: (error: unknown) => Promise<unknown>;
  /** Does something while nobody else gives the same name. */
  readonly exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Returns the very same file, if it is stored already under a name that this one may have. */
  readonly findSame: (
    file: { readonly size: number; readonly sha256: string },
  ) => Promise<StoredFile | undefined>;
  /** Says whether another connection has stored a file that begins with these bytes in place of this one. */
  readonly isNeedless: (
    part: { readonly bytes: number; readonly sha256: string },
  ) => Promise<boolean>;
  /** Called when it has its name, with its path on this system. */
  readonly stored: (path: string) => void;
  /** Called once when the file is over, however it ended; `isKept`: a later try can go on with what came of it. */
  readonly released: (how: { readonly isKept: boolean }) => void;
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
 * One file on its way into an {@linkcode Inbox}. Its bytes go to an unfinished file in the inbox's root; `finish` gives
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

  /** Opens the file for the bytes that follow the first `size`. @throws {FileRefusedError} What was there is gone. */
  async start(): Promise<void> {
    const { part, explained } = this.#options;
    this.#requireNotGivenWay();
    this.#started = true;
    try {
      this.#partFile = this.#size > 0
        ? await PartFile.open(part, this.#size)
        : await PartFile.create(part);
    } catch (error) {
      throw await explained(error);
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
    await file.write(count, { isBusy: isHashed });
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
    // What fails from here on may still have to be compared.
    const sha256 = this.#hasher.copy().digest();
    const { size } = expected;
    if (!sameDigest(sha256, expected.sha256)) {
      await this.discard();
      // Its own digest would tell something of what an earlier try left.
      const reason = "its SHA-256 is not the one that the sender says";
      throw new FileRefusedError(reason, { code: "digest-mismatch" });
    }
    const info = await this.#settle();
    const { policy, findSame, exclusively } = this.#options;
    const isReplacing = policy === "overwrite";
    // Of two that come at once the second one has to see the first.
    return await exclusively(async () => {
      // Whether a name is free shows at once where nothing may be replaced.
      let path = isReplacing ? undefined : await this.#giveName(info, "fail");
      if (path === undefined) {
        const same = await findSame({ size, sha256 });
        if (same) {
          await this.discard();
          return same;
        }
        path = await this.#giveName(info, policy);
      }
      if (path === undefined) throw await this.#nameTaken();
      return { size, sha256, path, same: false };
    });
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
    const info = await this.#settle();
    const { place: { root }, policy, exclusively } = this.#options;
    const path = await exclusively(() => this.#giveName(info, policy));
    if (path === undefined) throw await this.#nameTaken();
    const hashed = { hasher: this.#hasher, from: this.#hashedBytes };
    const digest = async () =>
      (await hashFile(`${root}/${path}`, { bytes: size, ...hashed })).digest();
    return { size, path, same: false, digest };
  }

  /**
   * Lets go of the file. What came of it is kept if a later try can use it, and returned is whether it is. It may be called
   * again.
   */
  async release(): Promise<boolean> {
    if (this.#over) return false;
    const bytes = this.#size;
    const isOfUse = this.#options.isKept && bytes > 0 &&
      !await this.#options.isNeedless({ bytes, sha256: this.#hasher.copy().digest() });
    if (!isOfUse) await this.discard();
    else {
      await this.#close();
      this.#end({ isKept: true });
    }
    return isOfUse;
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
      if (this.#started) await removeIfThere(part);
    } finally {
      // Of one that was not started, what an earlier try left is still there.
      this.#end({ isKept: !this.#started && this.#size > 0 });
    }
  }

  /** Does what `release` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
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

  /** Puts the bytes on the disk, and returns what the system knows the file by. */
  async #settle(): Promise<Deno.FileInfo> {
    const { offer: { mtimeMs, mode }, diskSync, explained } = this.#options;
    this.#isStoring = true;
    try {
      const info = await this.#open.settle({ mtimeMs, mode, diskSync });
      this.#partFile = undefined;
      return info;
    } catch (error) {
      await this.abandon(error);
      throw await explained(error);
    }
  }

  /** Gives the bytes their name, and returns the file's path; undefined when the name is taken. */
  async #giveName(info: Deno.FileInfo, policy: ExistsPolicy): Promise<string | undefined> {
    const { part, place, folders, diskSync, stored, explained } = this.#options;
    try {
      const name = await giveName(part, { info, place, policy, folders, diskSync });
      if (name === undefined) return undefined;
      stored(`${place.folder}/${name}`);
      this.#end({ isKept: false });
      return pathWith(place, name);
    } catch (error) {
      await unsettle(part, info).catch(ignore);
      await this.abandon(error);
      throw await explained(error);
    }
  }

  async #nameTaken(): Promise<FileRefusedError> {
    await this.discard();
    return new FileRefusedError("there is another file with that name", { code: "exists" });
  }

  async #close(): Promise<void> {
    await this.#partFile?.close();
    this.#partFile = undefined;
  }

  #end(how: { isKept: boolean }): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.released(how);
  }
}

/** Says whether an error means that the bytes that came are not those of the file, or can never be stored. */
function isKnownBad(error: unknown): boolean {
  return error instanceof FileRefusedError && BAD.has(error.code);
}

function ignore(): void {}
