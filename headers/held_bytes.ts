import { LimitError } from "../codec/errors.ts";
import { requireLimit } from "../codec/limits.ts";
import { type Address, hostOf } from "../net/address.ts";

/** Bytes that the requests and answers of all clients hold together, unless told otherwise. */
export const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** So much of each claim costs nothing: small requests and answers go on whatever others hold. */
export const FREE_BYTES = 16 * 1024;
/** The part that one address may hold, and the part where no other address holds anything. */
const [SHARE, SHARE_ALONE] = [1 / 8, 1 / 2];

/** What a {@linkcode HeldBytes} bounds. */
export interface HeldBytesOptions {
  /** Bytes that all clients hold together, beside the first 16 KiB of each. @default 64 MiB */
  readonly maxHeldBytes?: number | undefined;
}

/**
 * What the clients of a server make it hold: bodies under way, and answers that wait to be taken. All together are bounded,
 * and each address (IPv6: each /64) is to an eighth of it, or to half where no other address holds anything.
 */
export class HeldBytes {
  readonly #maxHeldBytes: number;
  readonly #perHost = new Map<string, number>();
  #bytes = 0;
  #refused = 0;

  /** Holds nothing yet. @throws {RangeError} The limit is neither a whole number from 1 nor `Infinity`. */
  constructor({ maxHeldBytes = MAX_HELD_BYTES }: HeldBytesOptions = {}) {
    this.#maxHeldBytes = requireLimit("maxHeldBytes", maxHeldBytes);
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }
  /** How often more was refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Returns the claim of one request, which holds nothing yet. */
  claim(address: Address): HeldClaim {
    const host = hostOf(address);
    return new HeldClaim((bytes) => this.#add(host, bytes));
  }

  #add(host: string, bytes: number): void {
    const ofHost = (this.#perHost.get(host) ?? 0) + bytes;
    if (bytes > 0) this.#require(ofHost, this.#bytes + bytes);
    this.#bytes += bytes;
    if (ofHost > 0) this.#perHost.set(host, ofHost);
    else this.#perHost.delete(host);
  }

  #require(ofHost: number, total: number): void {
    const share = this.#maxHeldBytes * (total > ofHost ? SHARE : SHARE_ALONE);
    const refusal = total > this.#maxHeldBytes
      ? { limit: "maxHeldBytes", max: this.#maxHeldBytes, got: total }
      : ofHost > share
      ? { limit: SHARE_LIMIT, max: Math.floor(share), got: ofHost }
      : undefined;
    if (refusal === undefined) return;
    this.#refused++;
    throw new LimitError("Cannot hold more for clients", { ...refusal, unit: "bytes" });
  }
}

/** What one request holds, from its body to the moment at which its answer was taken. */
export class HeldClaim implements Disposable {
  readonly #add: (bytes: number) => void;
  #counted = 0;

  /** Use {@linkcode HeldBytes.claim}. */
  constructor(add: (bytes: number) => void) {
    this.#add = add;
  }

  /**
   * Holds so many bytes from now on, instead of those before.
   *
   * @throws {LimitError} They are too many beside what others hold, or for their address; it holds those before.
   */
  hold(bytes: number): void {
    const counted = Math.max(0, bytes - FREE_BYTES);
    this.#add(counted - this.#counted);
    this.#counted = counted;
  }

  /** Holds nothing any more. */
  [Symbol.dispose](): void {
    this.hold(0);
  }
}

/** Says whether an error is the refusal of a {@linkcode HeldClaim}. */
export function isHeldRefusal(error: unknown): error is LimitError {
  return error instanceof LimitError &&
    (error.limit === "maxHeldBytes" || error.limit === SHARE_LIMIT);
}

const SHARE_LIMIT = "maxHeldBytesPerAddress";
