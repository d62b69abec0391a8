import type { Clock } from "../../net/mod.ts";
import { partPath, type Place } from "./place.ts";

/** What a peer says of a file that tells it from another one of the same name. */
export interface FileIdentity {
  /** Bytes; null where nobody knows. */
  readonly size: number | null;
  /** When it was changed, in milliseconds since 1970; null where nobody knows. */
  readonly mtimeMs: number | null;
}

/** Who writes an unfinished file. */
export interface PartHolder {
  /** When its last byte came, by the clock. */
  readonly lastByteAt: number;
  /** Lets go of the file: another connection goes on with it. */
  giveWay(): Promise<void>;
}

/** An unfinished file that one connection writes, and no other. */
export class PartClaim {
  /** The file. */
  readonly part: string;
  /** What it will become. */
  readonly identity: FileIdentity;
  /** Settles when nobody writes it any more. */
  readonly released: Promise<void>;
  /** Who writes it, once somebody does. */
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

  /** Lets others write it. */
  release(): void {
    this.#onRelease();
    this.#settle();
  }
}

/** A connection that broke is over here some moments after its peer has noticed and connects anew. */
const RELEASE_WAIT_MS = 1_000;
/** A connection whose peer vanished says nothing: after so long without a byte it has to give way. */
const STALLED_MS = 5_000;

/** Says who writes which unfinished file, so that two connections never write the same. */
export class PartClaims {
  readonly #clock: Clock;
  readonly #claims = new Map<string, PartClaim>();

  /** Makes one without any claim. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says whether a connection writes a file. */
  has(part: string): boolean {
    return this.#claims.has(part);
  }

  /**
   * Claims the unfinished file of a place. Where another connection has it for the very same file, that one is given a
   * moment to end, and must give way when nothing comes over it any more: the peer is back on this one. Where it goes on,
   * or has another file of that name, this one begins an unfinished file of its own.
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
