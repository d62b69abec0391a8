import { LimitError, limitOf, type Limits } from "../../codec/mod.ts";
import { type Clock, systemClock } from "../../net/mod.ts";
import { FreeSpace, type SpacePromise } from "./free_space.ts";
import { type PartClaim, PartClaims } from "./part_claims.ts";
import { infoOf, isPartName, locate, makeFolders, type Place, removeIfThere } from "./place.ts";
import { type ExistsPolicy, folderThere } from "./publish.ts";
import { RefusedError } from "../refused_error.ts";
import { hashPart } from "./part_file.ts";
import { type Found, Upload } from "./upload.ts";

/** How an {@linkcode Inbox} takes files. */
export interface InboxOptions {
  /** What happens to a file whose name is taken. @default {"skip-same"} */
  exists?: ExistsPolicy;
  /** Free space that stays free, in bytes. @default {67108864} */
  minFreeBytes?: number;
  /** How large a file may be. */
  limits?: Partial<Pick<Limits, "maxFileBytes">>;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** What a peer offers. */
export interface FileOffer {
  /** Where it shall go. */
  readonly path: string;
  /** Bytes; null where nobody knows. */
  readonly size: number | null;
  /** When it was changed, in milliseconds since 1970; null where nobody knows. */
  readonly mtimeMs: number | null;
  /** Its permission bits, where they shall be kept. */
  readonly mode?: number | undefined;
}

/** What free space is left alone where nobody says otherwise. */
export const DEFAULT_MIN_FREE_BYTES = 64 * 1024 * 1024;

/** Folders that are looked through for forgotten files, at most so deep. */
const MAX_DEPTH = 64;

/** The folder that files from peers go into, and nowhere else. */
export class Inbox {
  /** Its path, without links. */
  readonly root: string;
  /** What happens to a file whose name is taken. */
  readonly policy: ExistsPolicy;
  readonly #space: FreeSpace;
  readonly #maxFileBytes: number;
  readonly #clock: Clock;
  /** Unfinished files that a connection writes. */
  readonly #claims: PartClaims;

  private constructor(root: string, options: InboxOptions) {
    this.root = root;
    this.policy = options.exists ?? "skip-same";
    this.#space = new FreeSpace(root, {
      minFreeBytes: options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES,
    });
    this.#maxFileBytes = limitOf("maxFileBytes", options.limits?.maxFileBytes);
    this.#clock = options.clock ?? systemClock;
    this.#claims = new PartClaims(this.#clock);
  }

  /** Opens a folder, and makes it where there is none. @throws The system's error. */
  static async open(folder: string, options: InboxOptions = {}): Promise<Inbox> {
    await Deno.mkdir(folder, { recursive: true });
    return new Inbox(await Deno.realPath(folder), options);
  }

  /**
   * Decides whether an offered file is taken, and finds what is there of it from an earlier try; `onHashed` hears how
   * many bytes of that were read. Release what is returned.
   *
   * @throws {RefusedError} It is not taken.
   */
  async begin(
    offer: FileOffer,
    { onHashed }: { onHashed?: (bytes: number) => void } = {},
  ): Promise<Upload> {
    const place = await locate(this.root, offer.path);
    if (offer.size !== null) this.requireSize(offer.size);
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
      // Of what nobody knows the length of, nothing can be promised but a beginning.
      if (offer.size === null) await this.#space.require(1);
      space = await this.#space.promise((offer.size ?? 0) - bytes);
      const found = bytes === 0
        ? undefined
        : { bytes, hasher: await hashPart(claim.part, { bytes, onHashed }) };
      return this.#upload(offer, { place, claim, space, found });
    } catch (error) {
      space?.release();
      claim.release();
      throw error;
    }
  }

  /**
   * Takes a file that is sent without a name of its own: it gets the one that is offered, or a free one like it, and
   * nothing of an earlier try is looked for.
   *
   * @throws {RefusedError} It is not taken.
   */
  async beginNew(offer: FileOffer & { readonly size: number }): Promise<Upload> {
    const place = await locate(this.root, offer.path);
    this.requireSize(offer.size);
    const space = await this.#space.promise(offer.size);
    // A file without a name of its own is never the same as another.
    const claim = await this.#claims.claim(place, { size: null, mtimeMs: null });
    return this.#upload(offer, {
      place,
      claim,
      space,
      found: undefined,
      policy: "rename",
      isKept: false,
    });
  }

  /** Makes a folder; says whether it was there. @throws {RefusedError} It cannot be. */
  async makeFolder(path: string): Promise<boolean> {
    const { target } = await locate(this.root, path);
    const found = await infoOf(target);
    await makeFolders(this.root, target);
    return found !== undefined;
  }

  /** Removes the unfinished files that nobody has written to since a moment; returns how many. */
  async removeForgotten(before: Date): Promise<number> {
    return await this.#removeForgotten(this.root, { before, depth: 0 });
  }

  /** Refuses a size from what was said of it. @throws {RefusedError} It is over `maxFileBytes`. */
  requireSize(bytes: number): void {
    if (bytes <= this.#maxFileBytes) return;
    const error = new LimitError("Cannot accept file", {
      limit: "maxFileBytes",
      max: this.#maxFileBytes,
      got: bytes,
      unit: "bytes",
    });
    throw new RefusedError(error.message, { code: "too-large", cause: error });
  }

  async #beginExisting(
    offer: FileOffer,
    { place, bytes, onHashed }: {
      place: Place;
      bytes: number;
      onHashed: ((bytes: number) => void) | undefined;
    },
  ): Promise<Upload> {
    const hasher = await hashPart(place.target, { bytes, onHashed });
    const found = { bytes, hasher };
    return this.#upload(offer, { place, claim: undefined, space: undefined, found });
  }

  #upload(
    offer: FileOffer,
    { place, claim, space, found, policy = this.policy, isKept = offer.size !== null }: {
      place: Place;
      claim: PartClaim | undefined;
      space: SpacePromise | undefined;
      found: Found | undefined;
      policy?: ExistsPolicy;
      isKept?: boolean;
    },
  ): Upload {
    const upload = new Upload({
      root: this.root,
      policy,
      isKept,
      offer,
      place,
      part: claim?.part,
      clock: this.#clock,
      found,
      space,
      requireSize: (bytes) => this.requireSize(bytes),
      requireSpace: (bytes) => this.#space.require(bytes),
      released: () => {
        space?.release();
        claim?.release();
      },
    });
    if (claim) claim.holder = upload;
    return upload;
  }

  /** Returns what has the name already where that may be the same file. @throws {RefusedError} It is in the way. */
  async #existing(place: Place, size: number | null): Promise<Deno.FileInfo | undefined> {
    const found = await infoOf(place.target);
    if (!found || this.policy === "rename") return undefined;
    if (found.isDirectory) throw folderThere();
    if (this.policy === "overwrite") return undefined;
    if (this.policy === "skip-same" && found.isFile) {
      // Whether a file of unknown length is the same shows when all of it is here.
      if (size === null) return undefined;
      if (found.size === size) return found;
    }
    const reason = this.policy === "fail" || !found.isFile
      ? "there is a file with that name"
      : "there is another file with that name";
    throw new RefusedError(reason, { code: "exists" });
  }

  /** Returns how much of the file is there from an earlier try. */
  async #partBytes(part: string, size: number | null): Promise<number> {
    const found = await infoOf(part);
    if (!found) return 0;
    // A crash can leave it as a second name of a file that was published: writing into it would change that one.
    const isOurs = found.isFile && (found.nlink ?? 1) === 1;
    if (isOurs && found.size > 0 && size !== null && found.size <= size) return found.size;
    await Deno.remove(part, { recursive: !isOurs && found.isDirectory });
    return 0;
  }

  async #removeForgotten(
    folder: string,
    { before, depth }: { before: Date; depth: number },
  ): Promise<number> {
    let removed = 0;
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      try {
        if (isDirectory && depth < MAX_DEPTH) {
          removed += await this.#removeForgotten(path, { before, depth: depth + 1 });
        } else if (isFile && isPartName(name) && await this.#isForgotten(path, before)) {
          await Deno.remove(path);
          removed++;
        }
      } catch {
        // It is gone, or not ours to look at or to remove; nothing hangs on it.
      }
    }
    return removed;
  }

  async #isForgotten(part: string, before: Date): Promise<boolean> {
    const { mtime } = await Deno.lstat(part);
    return mtime !== null && mtime < before && !this.#claims.has(part);
  }
}

/** Removes an unfinished file that was published: a kill between both steps of that leaves it as a second name. */
async function removeSecondName(part: string): Promise<void> {
  const found = await infoOf(part);
  if (found?.isFile && (found.nlink ?? 1) > 1) await removeIfThere(part);
}
