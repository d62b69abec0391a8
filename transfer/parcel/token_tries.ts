import { type Address, hostOf } from "../../net/address.ts";
import { type CancelWait, type Clock, sleep, systemClock } from "../../net/clock.ts";
import { safeListener } from "../../net/safe_listener.ts";
import { TokenBucket } from "../../net/token_bucket.ts";

/** Wrong tokens that an address may give before it is held back. */
const FREE_TRIES = 20;
/** Tries a second that an address has then. */
const TRIES_PER_SECOND = 20;
/** Connections of an address that may wait for their turn: five seconds for the last one. The others are turned away. */
const MAX_WAITING = 100;
/** Addresses that are remembered; the one that was wrong longest ago is forgotten first. */
const MAX_ADDRESSES = 10_000;
/** An address that was not wrong for so long is forgotten. */
const FORGET_MS = 10 * 60_000;
const REPORT_MS = 60_000;

/** How many wrong tokens came from an address. */
export interface WrongTokens {
  /** The last one's address. */
  readonly address: Address;
  /** How many came. */
  readonly count: number;
  /** In how many milliseconds. */
  readonly ms: number;
}

/** How {@linkcode TokenTries} counts. */
export interface TokenTriesOptions {
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
  /** Addresses that are remembered. @default {10000} */
  maxAddresses?: number;
  /** Hears of an address when it begins to be held back, and then once a minute as long as it goes on. */
  onWrongTokens?: ((said: WrongTokens) => void) | undefined;
}

interface Host {
  address: Address;
  wrong: number;
  /** When the last one came. */
  at: number;
  /** Set once it is held back. */
  bucket: TokenBucket | undefined;
  waiting: number;
  /** Wrong ones that nobody was told of, and when the first of them came. */
  untold: number;
  since: number;
  cancelReport: CancelWait | undefined;
}

/**
 * Counts the wrong tokens of each address (IPv6: of one /64), and holds back an address that gave many: a token cannot be
 * guessed at the speed of the network, and a log does not fill. Other addresses notice nothing; somebody honest behind
 * the same one waits for his turn.
 */
export class TokenTries implements Disposable {
  readonly #clock: Clock;
  readonly #maxAddresses: number;
  readonly #report: (said: WrongTokens) => void;
  /** In the order in which they were wrong last. */
  readonly #hosts = new Map<string, Host>();

  /** Makes one that has seen nothing. */
  constructor(options: TokenTriesOptions = {}) {
    const { clock = systemClock, maxAddresses = MAX_ADDRESSES, onWrongTokens } = options;
    this.#clock = clock;
    this.#maxAddresses = maxAddresses;
    this.#report = safeListener(onWrongTokens, { name: "onWrongTokens" });
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#hosts.size;
  }

  /** Says whether an address has given so many wrong tokens that it has to wait, and is no news any more. */
  isHeldBack(address: Address): boolean {
    return this.#heldBack(address) !== undefined;
  }

  /**
   * Waits until somebody may try. False says that too many wait from there already.
   *
   * @throws The signal's reason, when that is aborted before.
   */
  async admit(address: Address, signal?: AbortSignal): Promise<boolean> {
    const host = this.#heldBack(address);
    if (host === undefined) return true;
    if (host.waiting >= MAX_WAITING) return false;
    const now = this.#clock.now();
    host.bucket!.take(1, now);
    host.waiting++;
    try {
      await sleep(host.bucket!.delay(now), { clock: this.#clock, signal });
    } finally {
      host.waiting--;
    }
    return true;
  }

  /** Takes note of a wrong token. */
  wrong(address: Address): void {
    const key = hostOf(address);
    const now = this.#clock.now();
    this.#forgetOld(now);
    const host = this.#hosts.get(key) ?? newHost(address);
    // It is the last one in the order now.
    this.#hosts.delete(key);
    this.#hosts.set(key, host);
    host.address = address;
    host.at = now;
    host.wrong++;
    if (host.untold++ === 0) host.since = now;
    if (host.bucket) this.#tellLater(host);
    else if (host.wrong >= FREE_TRIES) {
      host.bucket = new TokenBucket(TRIES_PER_SECOND, now);
      // What it has had was all at once.
      host.bucket.take(TRIES_PER_SECOND, now);
      this.#tell(host);
    }
    if (this.#hosts.size > this.#maxAddresses) this.#forgetFirst();
  }

  /** Tells what was not told yet, and forgets everything. */
  [Symbol.dispose](): void {
    while (this.#hosts.size > 0) this.#forgetFirst();
  }

  #heldBack(address: Address): Host | undefined {
    this.#forgetOld(this.#clock.now());
    const host = this.#hosts.get(hostOf(address));
    return host?.bucket && host;
  }

  /** Who was wrong longest ago stands first. */
  #forgetOld(now: number): void {
    for (const { at } of this.#hosts.values()) {
      if (now - at < FORGET_MS) return;
      this.#forgetFirst();
    }
  }

  #forgetFirst(): void {
    for (const [key, host] of this.#hosts) {
      this.#hosts.delete(key);
      host.cancelReport?.();
      if (host.bucket && host.untold > 0) this.#tell(host);
      return;
    }
  }

  #tell(host: Host): void {
    const { address, untold: count, since } = host;
    host.untold = 0;
    this.#report({ address, count, ms: this.#clock.now() - since });
  }

  #tellLater(host: Host): void {
    host.cancelReport ??= this.#clock.wait(REPORT_MS, () => {
      host.cancelReport = undefined;
      this.#tell(host);
    });
  }
}

function newHost(address: Address): Host {
  return {
    address,
    wrong: 0,
    at: 0,
    bucket: undefined,
    waiting: 0,
    untold: 0,
    since: 0,
    cancelReport: undefined,
  };
}
