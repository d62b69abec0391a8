import type { Clock } from "../../net/clock.ts";
import { infoOf, removeIfThere } from "../disk.ts";
import type { FileOffer } from "../file_offer.ts";
import { parsePartName, partKey, type PartName, partName } from "./part_name.ts";
import type { Place } from "./place.ts";

/** What tells a file from another one of the same path, as far as its peer says so. */
export type FileIdentity = Pick<FileOffer, "size" | "mtimeMs">;

/** The connection that writes an unfinished file. */
export interface PartHolder {
  /** How many bytes of it are there. */
  readonly size: number;
  /** When its last byte came, by the clock. */
  readonly lastByteAt: number;
  /** Lets go of the file, because another connection goes on with it. */
  giveWay(): Promise<void>;
}

/** The right of one connection to write an unfinished file. */
export class PartClaim {
  /** The path of the unfinished file. */
  readonly part: string;
  /** Which one of its path's it is; 0 for one too many, which no later try finds. */
  readonly copy: number;
  /** The file that it will become. */
  readonly identity: FileIdentity;
  /** Settles when the claim is released. */
  readonly released: Promise<void>;
  /** The connection that writes the file, once it has begun. */
  holder: PartHolder | undefined;
  /** Where another connection has stored a file like it meanwhile. */
  storedAt: string | undefined;
  #settle!: () => void;
  readonly #onRelease: (isKept: boolean) => void;

  /** Use {@linkcode PartClaims.claim}. */
  constructor(
    part: string,
    { identity, copy, onRelease }: {
      identity: FileIdentity;
      copy: number;
      onRelease: (isKept: boolean) => void;
    },
  ) {
    this.part = part;
    this.copy = copy;
    this.identity = identity;
    this.#onRelease = onRelease;
    this.released = new Promise((resolve) => this.#settle = resolve);
  }

  /** Ends the claim, so that another connection can have it; `isKept`: there is something to go on with. */
  release({ isKept }: { isKept: boolean }): void {
    this.#onRelease(isKept);
    this.#settle();
  }
}

/** An unfinished file that a connection may go on with. */
export interface PartThere {
  /** Which one it is. */
  readonly name: PartName;
  /** Its path. */
  readonly part: string;
  /** How many bytes it has. */
  readonly bytes: number;
  /** The connection that has it, and has fallen silent. */
  readonly claim: PartClaim | undefined;
}

/** How long a claim is waited for: a broken connection ends here some moments after its peer connects anew. */
const RELEASE_WAIT_MS = 1_000;
/** Silence after which a connection must give way: a peer that vanished says nothing. */
const STALLED_MS = 5_000;
/** Unfinished files of one path that are kept; it is also the largest number that a name can have. */
const MAX_COPIES = 16;

/** Knows the unfinished files, and which connection writes which, so that no two write the same. */
export class PartClaims {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #claims = new Map<string, PartClaim>();
  /** Those of them that a later try of their path may want. */
  readonly #claimsByKey = new Map<string, Set<PartClaim>>();
  /** Which copies of each key there may be on the disk. */
  #known: Promise<Map<string, Set<number>>> | undefined;
  #unfound = 0;

  /** Makes one for the unfinished files in `root`, without any claim. */
  constructor(root: string, clock: Clock) {
    this.#root = root;
    this.#clock = clock;
  }

  /** Says whether a connection writes an unfinished file. */
  has(part: string): boolean {
    return this.#claims.has(part);
  }

  /**
   * Returns the unfinished files for a place that no connection writes, or one that has been silent for five seconds. One
   * that writes the very same file, as far as its peer says so, gets a second to end before.
   */
  async partsOf(place: Place, identity: FileIdentity): Promise<PartThere[]> {
    const key = partKey(this.#root, place);
    const same = Array.from(this.#claimsByKey.get(key) ?? [])
      .filter((claim) => isSame(claim.identity, identity));
    await Promise.all(same.map((claim) => this.#untilReleased(claim)));
    const found: PartThere[] = [];
    const written = Array.from(this.#claimsByKey.get(key) ?? [], ({ copy }) => copy);
    for (const copy of new Set([...written, ...await this.#copiesOf(key)])) {
      const part = this.#pathOf(place, { key, copy });
      const claim = this.#claims.get(part);
      const bytes = claim ? this.#stalledBytes(claim, identity) : await this.#bytesOnDisk(part);
      if (bytes > 0) found.push({ name: { key, copy }, part, bytes, claim });
      else if (!claim && bytes < 0) removeFrom(await this.#onDisk(), { key, value: copy });
    }
    return found;
  }

  /**
   * Claims an unfinished file that was found; undefined when another connection has got it meanwhile. A silent one that
   * has it gives way.
   */
  async claimThere(
    { name, part, claim: other }: PartThere,
    identity: FileIdentity,
  ): Promise<PartClaim | undefined> {
    if (other && this.#claims.get(part) === other) {
      if (this.#stalledBytes(other, identity) <= 0) return undefined;
      await other.holder?.giveWay();
    }
    if (this.#claims.has(part)) return undefined;
    return this.#claim(part, { name, identity });
  }

  /** Claims an unfinished file that is not there yet. */
  async claimNew(place: Place, identity: FileIdentity): Promise<PartClaim> {
    const key = partKey(this.#root, place);
    const known = await this.#copiesOf(key);
    for (let copy = 1; copy <= MAX_COPIES; copy++) {
      const part = this.#pathOf(place, { key, copy });
      if (this.#claims.has(part)) continue;
      if (known.has(copy) && await infoOf(part) !== undefined) continue;
      // Another connection may have got it meanwhile.
      if (this.#claims.has(part)) continue;
      return this.#claim(part, { name: { key, copy }, identity });
    }
    // Its own key makes it one that nobody looks for.
    const unfound = { key: (this.#unfound++).toString(16).padStart(24, "0"), copy: 1 };
    return this.#claim(this.#pathOf(place, unfound), { name: undefined, identity });
  }

  /** Takes note that a file was stored: whoever else writes the same one may have done so for nothing. */
  noteStored(place: Place, { identity, path }: { identity: FileIdentity; path: string }): void {
    for (const claim of this.#claimsByKey.get(partKey(this.#root, place)) ?? []) {
      if (isSame(claim.identity, identity)) claim.storedAt = path;
    }
  }

  #claim(
    part: string,
    { name, identity }: { name: PartName | undefined; identity: FileIdentity },
  ): PartClaim {
    const claim: PartClaim = new PartClaim(part, {
      identity,
      copy: name?.copy ?? 0,
      onRelease: (isKept) => {
        if (this.#claims.get(part) !== claim) return;
        this.#claims.delete(part);
        if (!name) return;
        removeFrom(this.#claimsByKey, { key: name.key, value: claim });
        this.#known?.then(
          (known) => (isKept ? addTo : removeFrom)(known, { key: name.key, value: name.copy }),
          ignore,
        );
      },
    });
    this.#claims.set(part, claim);
    if (name) addTo(this.#claimsByKey, { key: name.key, value: claim });
    return claim;
  }

  #pathOf(place: Place, name: PartName): string {
    return `${this.#root}/${partName(place.name, name)}`;
  }

  /** Returns how many bytes a silent connection has of the file that `identity` says; 0 when it is not silent. */
  #stalledBytes({ identity: its, holder }: PartClaim, identity: FileIdentity): number {
    if (!holder || !isSame(its, identity)) return 0;
    return this.#clock.now() - holder.lastByteAt >= STALLED_MS ? holder.size : 0;
  }

  /** Returns how many bytes an unfinished file has that nobody writes; -1 when there is none to go on with. */
  async #bytesOnDisk(part: string): Promise<number> {
    const found = await infoOf(part);
    if (!found) return -1;
    if (!found.isFile) return 0;
    // After a crash it can be a second name of a file that is stored, and writing into it would change that one; or
    // nothing was written yet.
    if ((found.nlink ?? 1) > 1 || found.size === 0) {
      await removeIfThere(part);
      return -1;
    }
    return found.size;
  }

  async #untilReleased(claim: PartClaim): Promise<void> {
    let cancel = () => {};
    const waited = new Promise<void>((resolve) => {
      cancel = this.#clock.wait(RELEASE_WAIT_MS, resolve);
    });
    await Promise.race([claim.released, waited]);
    cancel();
  }

  /** Returns the numbers of a path's unfinished files that may be there. */
  async #copiesOf(key: string): Promise<ReadonlySet<number>> {
    return (await this.#onDisk()).get(key) ?? new Set();
  }

  /** Looks once through the root, whose names alone say which unfinished files there are. */
  #onDisk(): Promise<Map<string, Set<number>>> {
    if (this.#known) return this.#known;
    const known = namesIn(this.#root);
    known.catch(() => this.#known = undefined);
    return this.#known = known;
  }
}

async function namesIn(folder: string): Promise<Map<string, Set<number>>> {
  const known = new Map<string, Set<number>>();
  for await (const { name } of Deno.readDir(folder)) {
    const part = parsePartName(name);
    if (part) addTo(known, { key: part.key, value: part.copy });
  }
  return known;
}

function addTo<Value>(
  sets: Map<string, Set<Value>>,
  { key, value }: { key: string; value: Value },
): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

function removeFrom<Value>(
  sets: Map<string, Set<Value>>,
  { key, value }: { key: string; value: Value },
): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.size !== null && one.size === other.size && one.mtimeMs === other.mtimeMs;
}

function ignore(): void {}
