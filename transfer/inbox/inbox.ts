import { LimitError } from "../../codec/errors.ts";
import { escapeControls } from "../../codec/escape_controls.ts";
import type { NamePolicy } from "../../codec/wire_path.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import { infoOf, removeIfThere } from "../disk.ts";
import type { FileOffer } from "../file_offer.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { type InboxLimits, inboxLimits } from "../limits.ts";
import { DiskSync } from "./disk_sync.ts";
import { copyName, type ExistsPolicy, folderThere, requirePolicy } from "./final_name.ts";
import { FolderGoneError } from "./folder_gone.ts";
import { removeForgottenParts } from "./forgotten_parts.ts";
import { FreeSpace, type SpacePromise } from "./free_space.ts";
import { InboxFolders } from "./inbox_folders.ts";
import { type BytesThere, IncomingFile, type StoredFile } from "./incoming_file.ts";
import { type PartClaim, PartClaims, type PartThere } from "./part_claims.ts";
import { isPartName } from "./part_name.ts";
import { folderAt, locate, pathWith, type Place } from "./place.ts";
import { type DigestWanted, StoredDigests } from "./stored_digests.ts";

/** How an {@linkcode Inbox} takes files. */
export interface InboxOptions {
  /** What happens to a file whose name is taken. @default {"skip-same"} */
  exists?: ExistsPolicy;
  /** Which names files may have; `any` is refused on Windows. @default {"portable"} */
  names?: NamePolicy;
  /** Bytes that stay free on the disk. @default {67108864} */
  minFreeBytes?: number;
  /** How much it takes. */
  limits?: Partial<InboxLimits>;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
  /**
   * Puts an open file or folder on the disk. Tests may give one that does nothing: they run ten times as fast, and only a
   * power cut shows the difference. @default {(file) => file.sync()}
   */
  sync?: (file: Deno.FsFile) => Promise<void>;
}

/** Who sends a file. */
export interface FromPeer {
  /** The peer's address: each gets its share of what there is. @default all peers share one */
  from?: string | undefined;
}

/** What is known of a file that a peer offers. */
export interface OfferKnown extends FromPeer {
  /** The SHA-256 in hex of its first bytes, by how many those are. @default none is known */
  digests?: ReadonlyMap<number, string> | undefined;
  /** Ends the reading of what is there. */
  signal?: AbortSignal | undefined;
}

/** The digests of nothing. */
const NO_BYTES = sha256().digest();
/** Files like an offered one that it is compared with, under the policy `rename`. */
const MAX_COPIES_COMPARED = 32;

/** The free space that an inbox leaves alone when it is not told otherwise: 64 MiB. */
export const DEFAULT_MIN_FREE_BYTES = 64 * 1024 * 1024;

/**
 * A folder for files from peers. No path from the wire leads out of it, and every file appears in it whole or not at all.
 * Any number of connections share one inbox.
 *
 * @example Store a file that came over a protocol of your own
 * ```ts
 * import { Inbox } from "@parley/sockets/transfer";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const inbox = await Inbox.open(folder);
 * await using file = await inbox.begin({ path: "notes/a.txt", size: 5, mtimeMs: null });
 * await file.start();
 * await file.writeBytes(new TextEncoder().encode("hello"));
 * const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
 * await file.finish({ size: 5, sha256 });
 * assert(await Deno.readTextFile(`${folder}/notes/a.txt`) === "hello");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class Inbox {
  /** The folder's path, without links. */
  readonly root: string;
  /** What happens to a file whose name is taken. */
  readonly policy: ExistsPolicy;
  /** Which names files may have. */
  readonly names: NamePolicy;
  /** How much it takes. */
  readonly limits: Readonly<InboxLimits>;
  readonly #space: FreeSpace;
  readonly #clock: Clock;
  readonly #diskSync: DiskSync;
  readonly #folders: InboxFolders;
  /** The unfinished files that connections write. */
  readonly #claims: PartClaims;
  readonly #digests: StoredDigests;
  /** Where offers lead that were looked at a moment ago, and had nothing there. */
  readonly #lookedAt = new WeakMap<FileOffer, Place>();
  /** Who gives a name now, by the path. */
  readonly #naming = new Map<string, Promise<unknown>>();

  private constructor(
    root: string,
    { policy, names, limits, minFreeBytes, clock, diskSync }: {
      policy: ExistsPolicy;
      names: NamePolicy;
      limits: Readonly<InboxLimits>;
      minFreeBytes: number;
      clock: Clock;
      diskSync: DiskSync;
    },
  ) {
    this.root = root;
    this.policy = policy;
    this.names = names;
    this.limits = limits;
    this.#space = new FreeSpace(root, { minFreeBytes });
    this.#clock = clock;
    this.#diskSync = diskSync;
    this.#folders = new InboxFolders(root, { diskSync });
    this.#claims = new PartClaims(root, clock);
    this.#digests = new StoredDigests({ now: () => clock.date().getTime() });
  }

  /**
   * Opens a folder as an inbox, and creates it if it is missing.
   *
   * @throws {RangeError} A limit is none, or `minFreeBytes` is not a number from 0.
   * @throws {TypeError} `exists` or `names` is no policy, or none that this system can keep.
   * @throws The system's error.
   */
  static async open(folder: string, options: InboxOptions = {}): Promise<Inbox> {
    const { minFreeBytes = DEFAULT_MIN_FREE_BYTES, clock = systemClock } = options;
    const policy = requirePolicy(options.exists ?? "skip-same");
    const names = requireNames(options.names ?? "portable");
    const limits = inboxLimits(options.limits);
    if (!(minFreeBytes >= 0)) {
      throw new RangeError(`Cannot set minFreeBytes: ${minFreeBytes} is not a number from 0`);
    }
    await Deno.mkdir(folder, { recursive: true });
    const diskSync = new DiskSync(options.sync);
    const root = await Deno.realPath(folder);
    return new Inbox(root, { policy, names, limits, minFreeBytes, clock, diskSync });
  }

  /**
   * Says of how many of a file's first bytes the peer should give the digest, because something is here that may be the
   * file or a part of it; empty where nothing is. It reads nothing of what is here, and what it says tells nothing of it
   * but the lengths of unfinished files.
   *
   * @throws {FileRefusedError} `bad-name`: the path leads out of the root.
   */
  async offsetsToCompare(offer: FileOffer): Promise<number[]> {
    const { size } = offer;
    if (size === null) return [];
    const place = await this.#locate(offer.path);
    const parts = await this.#claims.partsOf(place, offer);
    const offsets = parts.map(({ bytes }) => bytes).filter((bytes) => bytes <= size);
    const found = await infoOf(place.target);
    // Whatever its size is: whether that is the same tells something as well.
    if (size > 0 && found?.isFile) offsets.push(size);
    if (!found && offsets.length === 0) this.#lookedAt.set(offer, place);
    return Array.from(new Set(offsets)).toSorted((one, other) => one - other);
  }

  /**
   * Returns the file that a peer offers when it is here already, as the digest of all of it says. Under the policy
   * `rename` it may have another name. What earlier tries left of it is removed.
   *
   * @throws {FileRefusedError} `bad-name`: the path leads out of the root.
   */
  async findSame(offer: FileOffer, known: OfferKnown): Promise<StoredFile | undefined> {
    const { size } = offer;
    const sha256 = size === null ? undefined : known.digests?.get(size) ?? nothingOf(size);
    if (size === null || sha256 === undefined) return undefined;
    const place = await this.#locate(offer.path);
    const same = await this.#findSame(place, { size, sha256, ...known });
    if (!same) return undefined;
    for (const there of await this.#partsLike(place, { offer, known })) {
      const claim = await this.#claims.claimThere(there, offer);
      if (claim) await removeIfThere(there.part);
      claim?.release({ isKept: false });
    }
    return same;
  }

  /**
   * Takes a file that a peer offers, and goes on with what an earlier try left of it, if `digests` says that it is the
   * beginning of this file. Release what is returned.
   *
   * @throws {FileRefusedError} The file is not taken.
   */
  async begin(offer: FileOffer, known: OfferKnown = {}): Promise<IncomingFile> {
    if (offer.size !== null) this.#requireSize(offer.size);
    let place = this.#lookedAt.get(offer);
    // What comes to stand there from now on is seen when the file gets its name.
    if (place) this.#lookedAt.delete(offer);
    else {
      place = await this.#locate(offer.path);
      await this.#requireFree(place, { offer, known });
    }
    let space: SpacePromise | undefined;
    let claim: PartClaim | undefined;
    try {
      let there: BytesThere | undefined;
      for (const { hasher, ...part } of await this.#partsLike(place, { offer, known })) {
        claim = await this.#claims.claimThere(part, offer);
        if (!claim) continue;
        there = { bytes: part.bytes, hasher };
        break;
      }
      claim ??= await this.#claims.claimNew(place, offer);
      const { from } = known;
      const bytes = offer.size === null ? null : offer.size - (there?.bytes ?? 0);
      space = await this.#space.promise(bytes, { from });
      return this.#incoming(offer, { place, claim, space, there, known });
    } catch (error) {
      space?.release();
      claim?.release({ isKept: true });
      throw error;
    }
  }

  /**
   * Takes a file that came without a name: it gets the one in `offer`, or a free one like it, whatever the policy is.
   * Nothing of an earlier try is looked for, and nothing is kept for a later one.
   *
   * @throws {FileRefusedError} The file is not taken.
   */
  async beginUnnamed(
    offer: FileOffer & { readonly size: number },
    { from }: FromPeer = {},
  ): Promise<IncomingFile> {
    const place = await this.#locate(offer.path);
    this.#requireSize(offer.size);
    const space = await this.#space.promise(offer.size, { from });
    // Without an identity of its own it is never taken for the same file as another.
    const claim = await this.#claims.claimNew(place, { size: null, mtimeMs: null });
    const how = { policy: "rename", isKept: false } as const;
    return this.#incoming(offer, { place, claim, space, there: undefined, known: {}, ...how });
  }

  /** Says whether a folder is there. @throws {FileRefusedError} Something stands in the way of one. */
  async hasFolder(path: string): Promise<boolean> {
    const { target } = await this.#locate(path);
    return await folderAt(this.root, target) !== undefined;
  }

  /** Makes a folder, and says whether it was there. @throws {FileRefusedError} It cannot be made. */
  async makeFolder(path: string): Promise<boolean> {
    if (await this.hasFolder(path)) return true;
    const { target } = await this.#locate(path);
    try {
      await using _folder = await this.#folders.open(target);
    } catch (error) {
      throw await this.#explained(error);
    }
    return false;
  }

  /**
   * Removes the unfinished files that were last written before a moment, and returns how many. It looks at the folder
   * itself alone, where they are.
   */
  async removeForgotten(before: Date): Promise<number> {
    const isClaimed = (part: string) => this.#claims.has(part);
    return await removeForgottenParts(this.root, { before, isClaimed });
  }

  async #locate(path: string): Promise<Place> {
    await this.#requireThere();
    const place = await locate(this.root, path, { names: this.names });
    if (place.folder !== this.root || !isPartName(place.name)) return place;
    const reason = `"${
      escapeControls(place.name)
    }" is a name that the receiver keeps for its own files`;
    throw new FileRefusedError(reason, { code: "bad-name" });
  }

  /** Refuses a file while the inbox's own folder is gone. @throws {FileRefusedError} `storage-failed`: it is. */
  async #requireThere(): Promise<void> {
    if ((await infoOf(this.root).catch(ignore))?.isDirectory) return;
    throw new FileRefusedError("the receiver's folder is gone", {
      code: "storage-failed",
      cause: new FolderGoneError(this.root),
    });
  }

  /** Returns what an error is told as: whatever fails without the inbox's folder fails of that. */
  async #explained(error: unknown): Promise<unknown> {
    try {
      await this.#requireThere();
      return error;
    } catch (gone) {
      return gone;
    }
  }

  #requireSize(bytes: number): void {
    const { maxFileBytes: max } = this.limits;
    if (bytes <= max) return;
    const error = new LimitError("Cannot accept file", {
      limit: "maxFileBytes",
      max,
      got: bytes,
      unit: "bytes",
    });
    throw new FileRefusedError(error.message, { code: "too-large", cause: error });
  }

  #incoming(
    offer: FileOffer,
    { place, claim, space, there, known, policy = this.policy, isKept = offer.size !== null }: {
      place: Place;
      claim: PartClaim;
      space: SpacePromise;
      there: BytesThere | undefined;
      known: OfferKnown;
      policy?: ExistsPolicy;
      isKept?: boolean;
    },
  ): IncomingFile {
    const { from } = known;
    const file = new IncomingFile({
      policy,
      isKept: isKept && claim.copy > 0,
      offer,
      place,
      part: claim.part,
      clock: this.#clock,
      diskSync: this.#diskSync,
      folders: this.#folders,
      there,
      space,
      requireSize: (bytes) => this.#requireSize(bytes),
      explained: (error) => this.#explained(error),
      exclusively: (work) => this.#exclusively(place.target, work),
      // All of it has come, so it is compared to the end, also for a peer that is gone by then.
      findSame: (file) => this.#findSame(place, { ...file, policy, from }),
      isNeedless: async ({ bytes, sha256 }) => {
        if (claim.storedAt === undefined) return false;
        const hasher = await this.#digests.beginningOf(claim.storedAt, { bytes, from });
        return hasher !== undefined && sameDigest(hasher.digest(), sha256);
      },
      stored: (path) => this.#claims.noteStored(place, { identity: offer, path }),
      released: ({ isKept }) => {
        space.release();
        claim.release({ isKept });
      },
    });
    claim.holder = file;
    return file;
  }

  /** Does something after all else that was to be done with a path. */
  async #exclusively<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
    const done = (this.#naming.get(path) ?? Promise.resolve()).then(work, work);
    this.#naming.set(path, done);
    try {
      return await done;
    } finally {
      if (this.#naming.get(path) === done) this.#naming.delete(path);
    }
  }

  /** Returns the file of this size and digest that has the name, or under `rename` one like it. */
  async #findSame(
    place: Place,
    { size, sha256, policy = this.policy, ...wanted }: {
      size: number;
      sha256: string;
      policy?: ExistsPolicy;
    } & Omit<DigestWanted, "bytes">,
  ): Promise<StoredFile | undefined> {
    let compared = 0;
    for (let copy = 0; compared < MAX_COPIES_COMPARED; copy++) {
      const name = copyName(place.name, copy);
      const path = `${place.folder}/${name}`;
      const found = await infoOf(path);
      if (!found) return undefined;
      if (found.isFile && found.size === size) {
        compared++;
        const hasher = await this.#beginningOf(path, { ...wanted, bytes: size });
        if (hasher && sameDigest(hasher.digest(), sha256)) {
          // Whoever stored it may have been cut off before its name was on the disk.
          await this.#diskSync.folder(place.folder);
          return { path: pathWith(place, name), size, sha256, same: true };
        }
      }
      if (policy !== "rename") return undefined;
    }
    return undefined;
  }

  /** As {@linkcode StoredDigests.beginningOf}; where it is aborted, nothing is read any more when it rejects. */
  async #beginningOf(path: string, wanted: DigestWanted): Promise<Hasher | undefined> {
    try {
      return await this.#digests.beginningOf(path, wanted);
    } finally {
      if (wanted.signal?.aborted) await this.#digests.abandoned();
    }
  }

  /** Returns the unfinished files that are the beginning of an offered one, the longest first. */
  async #partsLike(
    place: Place,
    { offer, known }: { offer: FileOffer; known: OfferKnown },
  ): Promise<(PartThere & { hasher: Hasher })[]> {
    const { digests, from, signal } = known;
    if (!digests?.size) return [];
    const parts = await this.#claims.partsOf(place, offer);
    const alike: (PartThere & { hasher: Hasher })[] = [];
    for (const part of parts) {
      const digest = digests.get(part.bytes);
      if (digest === undefined) continue;
      const { bytes } = part;
      const hasher = await this.#beginningOf(part.part, { bytes, from, signal });
      if (hasher && sameDigest(hasher.copy().digest(), digest)) alike.push({ ...part, hasher });
    }
    return alike.toSorted((one, other) => other.bytes - one.bytes);
  }

  /**
   * Refuses a file whose name is taken by another one that stays.
   *
   * @throws {FileRefusedError} `exists`.
   */
  async #requireFree(
    place: Place,
    { offer: { size }, known: { digests } }: { offer: FileOffer; known: OfferKnown },
  ): Promise<void> {
    if (this.policy === "rename") return;
    const found = await infoOf(place.target);
    if (!found) return;
    if (found.isDirectory) throw folderThere();
    if (this.policy === "overwrite") return;
    // Without its digest, whether it is the same one shows only when all of it is here.
    const isOther = size !== null && (digests?.has(size) || found.size !== size);
    if (found.isFile && !isOther) return;
    throw new FileRefusedError("there is another file with that name", { code: "exists" });
  }
}

/** Returns the digest of a file of no bytes. */
function nothingOf(size: number): string | undefined {
  return size === 0 ? NO_BYTES : undefined;
}

/** Returns what is a policy. @throws {TypeError} It is none, or Windows cannot keep it. */
function requireNames(names: NamePolicy): NamePolicy {
  if (names === "portable") return names;
  if (names !== "any") throw new TypeError(`Cannot set names: ${names} is none of portable, any`);
  if (Deno.build.os !== "windows") return names;
  throw new TypeError("Cannot set names: Windows cannot have any name; use portable");
}

function ignore(): undefined {}
