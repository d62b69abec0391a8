import type { Session } from "../codec/codec.ts";
import type { Clock } from "./clock.ts";
import { Watch, type WatchOwner } from "./watch.ts";

/** Who is told that a peer has been silent for too long. */
export interface SilenceOwner {
  /** No byte came for `idleMs`, while something was awaited. */
  onIdle(idleMs: number): void;
  /** No byte came for `gapMs`, while a message was awaited. */
  onGap(): void;
  /** A message that had begun was not whole after `headMs`. */
  onLateHead(headMs: number): void;
}

/** How long things may take on the receiving half, in milliseconds. */
export interface SilenceOptions {
  readonly idleMs: number;
  readonly gapMs: number;
  readonly headMs: number;
  readonly clock: Clock;
}

/** How long a peer may be silent or drip, and for how long it has been. */
export class Silence implements WatchOwner {
  readonly #owner: SilenceOwner;
  readonly #options: SilenceOptions;
  readonly #idle: Watch;
  #gap: Watch | undefined;
  /** Runs while a message has begun; made for the first one that is cut. */
  #head: Watch | undefined;
  #inHead = false;

  constructor(owner: SilenceOwner, options: SilenceOptions) {
    const { idleMs, gapMs, clock } = options;
    this.#owner = owner;
    this.#options = options;
    this.#idle = new Watch(this, { ms: idleMs, clock });
    if (gapMs !== Infinity) this.#gap = new Watch(this, { ms: gapMs, clock });
  }

  /** One of the watches ran out. */
  passed(watch: Watch): void {
    if (watch === this.#gap) this.#owner.onGap();
    else if (watch === this.#head) this.#owner.onLateHead(this.#options.headMs);
    else this.#owner.onIdle(this.#options.idleMs);
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

  /** Takes note of whether a message has begun and is not whole. Its time counts from the first note, and on. */
  noteHead(inHead: boolean): void {
    if (inHead === this.#inHead) return;
    this.#inHead = inHead;
    if (!inHead) return this.#head?.stop();
    const { headMs, clock } = this.#options;
    this.#head ??= new Watch(this, { ms: headMs, clock });
    this.#head.start();
  }

  /** Somebody has to note when a message begins. */
  get countsHead(): boolean {
    return this.#options.headMs !== Infinity;
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
    this.#head?.clear();
  }
}

/**
 * Refuses deadlines that the codec could not keep.
 *
 * @throws {TypeError} There is a gap, and its decoder has no `flush`; or a time for heads, and it has no `inHead`.
 */
export function requireKept(
  { decoder }: Session<unknown, never>,
  { gapMs, headMs }: { gapMs: number; headMs: number },
): void {
  if (gapMs !== Infinity && !decoder.flush) {
    throw new TypeError("Cannot end messages at a gap: the codec's decoder has no flush()");
  }
  if (headMs !== Infinity && decoder.inHead === undefined) {
    throw new TypeError("Cannot bound the time of heads: the codec's decoder has no inHead");
  }
}
