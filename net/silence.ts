import type { Session } from "../codec/codec.ts";
import type { Clock } from "./clock.ts";
import { Watch, type WatchOwner } from "./watch.ts";

/** Who is told that a peer has been silent for too long. */
export interface SilenceOwner {
  /** No byte came for `idleMs`, while something was awaited. */
  onIdle(idleMs: number): void;
  /** No byte came for `gapMs`, while a message was awaited. */
  onGap(): void;
}

/** How long a peer may be silent, and for how long it has been. */
export class Silence implements WatchOwner {
  readonly #owner: SilenceOwner;
  readonly #idleMs: number;
  readonly #idle: Watch;
  #gap: Watch | undefined;

  constructor(
    owner: SilenceOwner,
    { idleMs, gapMs, clock }: { idleMs: number; gapMs: number; clock: Clock },
  ) {
    this.#owner = owner;
    this.#idleMs = idleMs;
    this.#idle = new Watch(this, { ms: idleMs, clock });
    if (gapMs !== Infinity) this.#gap = new Watch(this, { ms: gapMs, clock });
  }

  /** One of the watches ran out. */
  passed(watch: Watch): void {
    if (watch === this.#gap) this.#owner.onGap();
    else this.#owner.onIdle(this.#idleMs);
  }

  /** Something is awaited: the silence counts from now. */
  startIdle(): void {
    this.#idle.start();
  }

  /** A byte came, or nothing is awaited any more. */
  stopIdle(): void {
    this.#idle.stop();
  }

  /** A message is awaited: the gap counts from now. */
  startGap(): void {
    this.#gap?.start();
  }

  /** No message is awaited any more. */
  stopGap(): void {
    this.#gap?.stop();
  }

  /** A gap ends a message. */
  get countsGap(): boolean {
    return this.#gap !== undefined;
  }

  /** The peer ends its messages itself, so no gap ends one any more. */
  forgetGap(): void {
    this.#gap?.clear();
    this.#gap = undefined;
  }

  /** Nothing is awaited any more. */
  stop(): void {
    this.#idle.stop();
    this.#gap?.stop();
  }

  /** Counts no more, for good. */
  clear(): void {
    this.#idle.clear();
    this.#gap?.clear();
  }
}

/** Refuses a gap that could end no message. @throws {TypeError} The codec's decoder has no `flush`. */
export function requireFlush({ decoder }: Session<unknown, never>): void {
  if (decoder.flush) return;
  throw new TypeError("Cannot end messages at a gap: the codec's decoder has no flush()");
}
