import type { RateLimiter } from "./rate_limiter.ts";
import type { DatagramAddress } from "./transport.ts";

/** After so long a limiter admits as much as a new one. */
const KEPT_MS = 1_000;

/** Whose rate is kept. */
export interface KeptPeer {
  readonly peer: DatagramAddress;
  /** When something came from there last, in milliseconds. */
  readonly heardAt: number;
  readonly now: number;
}

/** Keeps what peers may send beyond the end of their sessions: a new session would begin with a second's worth anew. */
export class KeptRates {
  readonly #maxKept: number;
  readonly #byPeer = new Map<string, { readonly rate: RateLimiter; readonly until: number }>();

  /** Makes one that keeps so many peers' at most. */
  constructor(maxKept: number) {
    this.#maxKept = maxKept;
  }

  /** Keeps a peer's for a second after it was heard; where there are too many, the one that came first goes. */
  keep(rate: RateLimiter, { peer, heardAt, now }: KeptPeer): void {
    if (heardAt + KEPT_MS <= now) return;
    const key = keyOf(peer);
    this.#byPeer.delete(key);
    for (const [first, { until }] of this.#byPeer) {
      if (until > now && this.#byPeer.size < this.#maxKept) break;
      this.#byPeer.delete(first);
    }
    this.#byPeer.set(key, { rate, until: heardAt + KEPT_MS });
  }

  /** Returns a peer's. */
  get(peer: DatagramAddress): RateLimiter | undefined {
    return this.#byPeer.size === 0 ? undefined : this.#byPeer.get(keyOf(peer))?.rate;
  }

  /** Returns a peer's, and keeps it no longer. */
  take(peer: DatagramAddress): RateLimiter | undefined {
    const rate = this.get(peer);
    if (rate) this.#byPeer.delete(keyOf(peer));
    return rate;
  }
}

function keyOf({ hostname, port }: DatagramAddress): string {
  return `${hostname} ${port}`;
}
