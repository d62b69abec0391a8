import type { Address } from "./address.ts";
import { formatAddress } from "./address.ts";
import type { Clock } from "./clock.ts";
import type { ServerEvent } from "./server_events.ts";

/** A stranger may come as often as he likes: one of his visits is told in this time. */
const QUIET_MS = 60_000;

/** What {@linkcode DeniedPeers} needs. */
export interface DeniedPeersOptions {
  clock: Clock;
  report: (event: ServerEvent) => void;
}

/** Tells of peers whose address is not allowed, at most once a minute, and counts those in between. */
export class DeniedPeers {
  readonly #options: DeniedPeersOptions;
  #quietUntil = -Infinity;
  #untold = 0;

  constructor(options: DeniedPeersOptions) {
    this.#options = options;
  }

  /** Takes note of one. */
  add(address: Address): void {
    const { clock, report } = this.#options;
    const now = clock.now();
    if (now < this.#quietUntil) {
      this.#untold++;
      return;
    }
    const others = this.#untold === 0 ? "" : `, and ${this.#untold} more since the last one`;
    this.#quietUntil = now + QUIET_MS;
    this.#untold = 0;
    report({
      type: "refused",
      address,
      reason: `${formatAddress(address)} is not allowed${others}`,
    });
  }
}
