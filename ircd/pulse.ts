import type { Clock } from "../net/clock.ts";
import { Watch, type WatchOwner } from "../net/watch.ts";
import type { IrcDeadlines } from "./deadlines.ts";

/** Who is told how a {@linkcode Pulse} goes. */
export interface PulseOwner {
  /** Nothing came for `pingMs`: it is to be asked whether it is there. */
  onSilence(): void;
  /** It is to be dropped, for this reason. */
  onLate(reason: string): void;
}

/** What a {@linkcode Pulse} goes by. */
export interface PulseOptions {
  readonly deadlines: IrcDeadlines;
  readonly clock: Clock;
}

/**
 * Watches whether somebody is still there: it has to register in time, and then to say something now and then. Silence
 * counts only while something is waited for, and not while the server is busy with what it asked for.
 */
export class Pulse implements WatchOwner {
  readonly #owner: PulseOwner;
  readonly #deadlines: IrcDeadlines;
  readonly #register: Watch;
  readonly #ping: Watch;
  readonly #pong: Watch;
  #isRegistered = false;

  /** The time to register counts from now. */
  constructor(owner: PulseOwner, { deadlines, clock }: PulseOptions) {
    this.#owner = owner;
    this.#deadlines = deadlines;
    this.#register = new Watch(this, { ms: deadlines.registerMs, clock });
    this.#ping = new Watch(this, { ms: deadlines.pingMs, clock });
    this.#pong = new Watch(this, { ms: deadlines.pongMs, clock });
    this.#register.start();
  }

  /** It is registered, and watched for its silence from now on. */
  registered(): void {
    this.#isRegistered = true;
    this.#register.clear();
  }

  /** Something is waited for. */
  start(): void {
    if (this.#isRegistered) this.#ping.start();
  }

  /** Something came. */
  stop(): void {
    this.#ping.stop();
    this.#pong.stop();
  }

  /** Watches no more. */
  clear(): void {
    this.#register.clear();
    this.#ping.clear();
    this.#pong.clear();
  }

  /** One of the watches ran out. */
  passed(watch: Watch): void {
    const { pingMs, pongMs } = this.#deadlines;
    if (watch === this.#register) return this.#owner.onLate("Registration timeout");
    if (watch === this.#pong) {
      const seconds = Math.round((pingMs + pongMs) / 1000);
      return this.#owner.onLate(`Ping timeout: ${seconds} seconds`);
    }
    this.#pong.start();
    this.#owner.onSilence();
  }
}
