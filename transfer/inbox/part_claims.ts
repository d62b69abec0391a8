import type { Clock } from "../../net/clock.ts";
import type { FileOffer } from "../file_offer.ts";
import { partPath } from "./part_name.ts";
import type { Place } from "./place.ts";

/** What tells a file from another one of the same path. */
export type FileIdentity = Pick<FileOffer, "size" | "mtimeMs">;

/** The connection that writes an unfinished file. */
export interface PartHolder {
  /** When its last byte came, by the clock. */
  readonly lastByteAt: number;
  /** Lets go of the file, because another connection goes on with it. */
  giveWay(): Promise<void>;
}

/** The right of one connection to write an unfinished file. */
export class PartClaim {
  /** The path of the unfinished file. */
  readonly part: string;
  /** The file that it will become. */
  readonly identity: FileIdentity;
  /** Settles when the claim is released. */
  readonly released: Promise<void>;
  /** The connection that writes the file, once it has begun. */
  holder: PartHolder | undefined;
  #settle!: () => void;
  readonly #onRelease: () => void;

  /** Use {@linkcode PartClaims.claim}. */
  constructor(
    part: string,
    { identity, onRelease }: { identity: FileIdentity; onRelease: () => void },
  ) {
    this.part = part;
    this.identity = identity;
    this.#onRelease = onRelease;
    this.released = new Promise((resolve) => this.#settle = resolve);
  }

  /** Ends the claim, so that another connection can have it. */
  release(): void {
    this.#onRelease();
    this.#settle();
  }
}

/** How long a claim is waited for: a broken connection ends here some moments after its peer connects anew. */
const RELEASE_WAIT_MS = 1_000;
/** Silence after which a connection must give way: a peer that vanished says nothing. */
const STALLED_MS = 5_000;

/** Knows which connection writes which unfinished file, so that no two write the same. */
export class PartClaims {
  readonly #clock: Clock;
  readonly #claims = new Map<string, PartClaim>();

  /** Makes one without any claim. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says whether a connection writes an unfinished file. */
  has(part: string): boolean {
    return this.#claims.has(part);
  }

  /**
   * Claims the unfinished file of a place. When another connection has it for the very same file, that one gets a second
   * to end, and must give way if nothing came over it for five: then the peer is back on this one. If it goes on, or has
   * another file of that name, this connection begins a second unfinished file.
   */
  async claim(place: Place, identity: FileIdentity): Promise<PartClaim> {
    for (let copy = 1;; copy++) {
      const part = partPath(place, copy);
      const other = this.#claims.get(part);
      if (other && isSame(other.identity, identity)) await this.#untilFree(other);
      if (this.#claims.has(part)) continue;
      const claim = new PartClaim(part, {
        identity,
        onRelease: () => {
          if (this.#claims.get(part) === claim) this.#claims.delete(part);
        },
      });
      this.#claims.set(part, claim);
      return claim;
    }
  }

  async #untilFree(other: PartClaim): Promise<void> {
    let cancel = () => {};
    const waited = new Promise<void>((resolve) => {
      cancel = this.#clock.wait(RELEASE_WAIT_MS, resolve);
    });
    await Promise.race([other.released, waited]);
    cancel();
    const { holder } = other;
    if (this.#claims.get(other.part) !== other || !holder) return;
    if (this.#clock.now() - holder.lastByteAt >= STALLED_MS) await holder.giveWay();
  }
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.size !== null && one.size === other.size && one.mtimeMs === other.mtimeMs;
}
