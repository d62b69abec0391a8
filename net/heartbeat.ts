import type { Address } from "./address.ts";
import type { Clock } from "./clock.ts";
import { DeadlineError } from "./errors.ts";
import { Watch, type WatchOwner } from "./watch.ts";

/** Whom a {@linkcode Heartbeat} watches over. */
export interface HeartbeatOwner {
  readonly connection: {
    /** Bytes that the peer has sent so far. */
    readonly bytesReceived: number;
    /** A read is under way: silence is the peer's, and not ours. */
    readonly isReading: boolean;
  };
  readonly remoteAddr: Address;
  /** Asks the peer to say something. */
  ping(): Promise<unknown>;
  /** Ends it, where it said nothing. */
  abort(reason: DeadlineError): void;
}

/** Connections that were made at one moment ask at so many others. */
const STEPS = 8;
/** They ask a tenth earlier or later than they are told. */
const JITTER = 0.1;

let steps = 0;

/**
 * Asks a peer that is silent for a sign of life, and tells where none comes. What comes is the sign, whatever it is; while
 * the program is so busy that nothing is read, silence means nothing.
 */
export class Heartbeat implements WatchOwner {
  readonly #owner: HeartbeatOwner;
  readonly #pongMs: number;
  readonly #quiet: Watch;
  readonly #answer: Watch;
  #seen = -1;

  /** Begins to watch. */
  constructor(
    owner: HeartbeatOwner,
    { pingMs, pongMs, clock }: { pingMs: number; pongMs: number; clock: Clock },
  ) {
    this.#owner = owner;
    this.#pongMs = pongMs;
    // Few different times, since those who wait for the same share a timer.
    const step = steps++ % STEPS;
    const share = 1 - JITTER + 2 * JITTER * step / (STEPS - 1);
    this.#quiet = new Watch(this, { ms: Math.round(pingMs * share), clock });
    this.#answer = new Watch(this, { ms: pongMs, clock });
    this.#listen();
  }

  /** The peer has answered. */
  alive(): void {
    this.#answer.stop();
    this.#listen();
  }

  /** Watches no more. */
  stop(): void {
    this.#quiet.clear();
    this.#answer.clear();
  }

  /** One of the watches ran out. */
  passed(watch: Watch): void {
    const owner = this.#owner;
    const { bytesReceived, isReading } = owner.connection;
    if (bytesReceived !== this.#seen || !isReading) return this.#listen();
    if (watch === this.#answer) {
      return owner.abort(new DeadlineError("pong", this.#pongMs, { peer: owner.remoteAddr }));
    }
    this.#answer.start();
    owner.ping().catch(() => {});
  }

  #listen(): void {
    this.#seen = this.#owner.connection.bytesReceived;
    this.#quiet.start();
  }
}
