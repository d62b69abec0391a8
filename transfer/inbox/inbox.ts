import { LimitError } from "../../codec/errors.ts";
import { escapeControls } from "../../codec/escape_controls.ts";
import type { NamePolicy } from "../../codec/wire_path.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import { infoOf, removeIfThere } from "../disk.ts";
import type { FileOffer } from "../file_offer.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { hashFile } from "../hash_file.ts";
import { type InboxLimits, inboxLimits } from "../limits.ts";
import { DiskSync } from "./disk_sync.ts";
import { type ExistsPolicy, folderThere, requirePolicy } from "./final_name.ts";
import { FolderGoneError } from "./folder_gone.ts";
import { removeForgottenParts } from "./forgotten_parts.ts";
import { FreeSpace, type SpacePromise } from "./free_space.ts";
import { type BytesThere, IncomingFile } from "./incoming_file.ts";
import { InboxFolders } from "./inbox_folders.ts";
import { type PartClaim, PartClaims } from "./part_claims.ts";
import { isPartName } from "./part_name.ts";
import { folderAt, locate, type Place } from "./place.ts";

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

/** How an {@linkcode Inbox} begins a file. */
export interface BeginOptions {
  /** Called with the number of bytes of an earlier try that were read so far. */
  readonly onHashed?: ((bytes: number) => void) | undefined;
  /** The address of the host that sends it, which bounds the space that it holds. @default those without one count as one */
  readonly from?: string | undefined;
}

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
 * await file.start(0);
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
    this.#claims = new PartClaims(clock);
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
   * Takes a file that a peer offers, and finds what an earlier try left of it. Release what is returned.
   *
   * @throws {FileRefusedError} The file is not taken.
   */
  async begin(
    offer: FileOffer,
    { onHashed, from }: BeginOptions = {},
  ): Promise<IncomingFile> {
    const place = await this.#locate(offer.path);
    if (offer.size !== null) this.#requireSize(offer.size);
    const claim = await this.#claims.claim(place, offer);
    let space: SpacePromise | undefined;
    try {
      const existing = await this.#existing(place, offer.size);
      if (existing) {
        await removeSecondName(claim.part);
        claim.release();
        return await this.#beginExisting(offer, { place, bytes: existing.size, onHashed });
      }
      const bytes = await this.#partBytes(claim.part, offer.size);
      space = await this.#space.promise(offer.size === null ? null : offer.size - bytes, { from });
      const there = bytes === 0
        ? undefined
        : { bytes, hasher: await hashFile(claim.part, { bytes, onHashed }) };
      return this.#incoming(offer, { place, claim, space, there });
    } catch (error) {
      space?.release();
      claim.release();
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
    { from }: BeginOptions = {},
  ): Promise<IncomingFile> {
    const place = await this.#locate(offer.path);
    this.#requireSize(offer.size);
    const space = await this.#space.promise(offer.size, { from });
    // Without an identity of its own it is never taken for the same file as another.
    const claim = await this.#claims.claim(place, { size: null, mtimeMs: null });
    return this.#incoming(offer, {
      place,
      claim,
      space,
      there: undefined,
      policy: "rename",
      isKept: false,
    });
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
    if (isPartName(path)) {
      const reason = `"${
        escapeControls(path)
      }" is a name that the receiver keeps for its own files`;
      throw new FileRefusedError(reason, { code: "bad-name" });
    }
    return await locate(this.root, path, { names: this.names });
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

  /** Takes a file that may be at its place already: the peer's digest will tell. */
  async #beginExisting(
    offer: FileOffer,
    { place, bytes, onHashed }: {
      place: Place;
      bytes: number;
      onHashed: ((bytes: number) => void) | undefined;
    },
  ): Promise<IncomingFile> {
    const hasher = await hashFile(place.target, { bytes, onHashed });
    const there = { bytes, hasher };
    return this.#incoming(offer, { place, claim: undefined, space: undefined, there });
  }

  #incoming(
    offer: FileOffer,
    { place, claim, space, there, policy = this.policy, isKept = offer.size !== null }: {
      place: Place;
      claim: PartClaim | undefined;
      space: SpacePromise | undefined;
      there: BytesThere | undefined;
      policy?: ExistsPolicy;
      isKept?: boolean;
    },
  ): IncomingFile {
    const file = new IncomingFile({
      policy,
      isKept,
      offer,
      place,
      part: claim?.part,
      clock: this.#clock,
      diskSync: this.#diskSync,
      folders: this.#folders,
      there,
      space,
      requireSize: (bytes) => this.#requireSize(bytes),
      explained: (error) => this.#explained(error),
      released: () => {
        space?.release();
        claim?.release();
      },
    });
    if (claim) claim.holder = file;
    return file;
  }

  /**
   * Returns what is known of the file that has the name, when it may be the offered one.
   *
   * @throws {FileRefusedError} `exists`: it is another one, and the policy lets it stay.
   */
  async #existing(place: Place, size: number | null): Promise<Deno.FileInfo | undefined> {
    const found = await infoOf(place.target);
    if (!found || this.policy === "rename") return undefined;
    if (found.isDirectory) throw folderThere();
    if (this.policy === "overwrite") return undefined;
    if (this.policy === "skip-same" && found.isFile) {
      // Whether a file of unknown size is the same one shows only when all of it is here.
      if (size === null) return undefined;
      if (found.size === size) return found;
    }
    const reason = this.policy === "fail" || !found.isFile
      ? "there is a file with that name"
      : "there is another file with that name";
    throw new FileRefusedError(reason, { code: "exists" });
  }

  /** Returns how many bytes of a file an earlier try left; removes what cannot be gone on with. */
  async #partBytes(part: string, size: number | null): Promise<number> {
    const found = await infoOf(part);
    if (!found) return 0;
    // After a crash it can be a second name of a file that is stored: writing into it would change that one.
    const isOurs = found.isFile && (found.nlink ?? 1) === 1;
    if (isOurs && found.size > 0 && size !== null && found.size <= size) return found.size;
    await Deno.remove(part, { recursive: !isOurs && found.isDirectory });
    return 0;
  }
}

/** Removes the second name that a stored file keeps when a crash came between linking it and removing the first name. */
async function removeSecondName(part: string): Promise<void> {
  const found = await infoOf(part);
  if (found?.isFile && (found.nlink ?? 1) > 1) await removeIfThere(part);
}

/** Returns what is a policy. @throws {TypeError} It is none, or Windows cannot keep it. */
function requireNames(names: NamePolicy): NamePolicy {
  if (names === "portable") return names;
  if (names !== "any") throw new TypeError(`Cannot set names: ${names} is none of portable, any`);
  if (Deno.build.os !== "windows") return names;
  throw new TypeError("Cannot set names: Windows cannot have any name; use portable");
}

function ignore(): undefined {}
