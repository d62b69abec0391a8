/** Why a message did not reach a subscriber. */
export type DropReason = "too-slow" | "oldest" | "newest" | "replaced";

/** What a hub has done so far. */
export class HubCounters {
  /** Messages that were published. */
  published = 0;
  /** Their bytes. */
  publishedBytes = 0;
  /** Messages that were handed to a subscriber's connection, once for each. */
  deliveries = 0;
  /** Bytes that were handed to connections for them. */
  deliveredBytes = 0;
  /** Messages that a subscriber was too slow for, by what became of them. */
  readonly drops: Record<DropReason, number> = {
    "too-slow": 0,
    oldest: 0,
    newest: 0,
    replaced: 0,
  };

  /** Messages were handed to a connection. */
  delivered(count: number, bytes: number): void {
    this.deliveries += count;
    this.deliveredBytes += bytes;
  }

  /** Messages were left out. */
  drop(reason: DropReason, count: number): void {
    this.drops[reason] += count;
  }
}
