import { SharedBytes } from "../net/shared_bytes.ts";
import type { HubCounters } from "./counters.ts";
import type { Framing } from "./framing.ts";
import type { History } from "./history.ts";
import { type Piece, pieceOf, piecesOf } from "./piece.ts";
import type { PushMessage } from "./push_message.ts";
import { SizedQueue } from "./sized_queue.ts";

/** What happens to a subscriber for whom too much waits: it is closed, or messages are left out for it. */
export type SlowPolicy = "close" | "drop-oldest" | "drop-newest" | "latest-only";

/** All of them, the default first. */
export const SLOW_POLICIES: readonly SlowPolicy[] = [
  "close",
  "drop-oldest",
  "drop-newest",
  "latest-only",
];

/** Where a subscriber's bytes go: a connection. */
export interface Sink {
  /** Bytes that wait to go out. */
  readonly queuedBytes: number;
  /** Nothing can be sent to it any more. */
  readonly closed: boolean;
  /** Is called when few bytes wait again, after `trySend` has said false. */
  onLowWater: (() => void) | undefined;
  /** Takes bytes and waits for nothing; false says that nothing was taken. */
  trySend(bytes: SharedBytes, options: { maxQueuedBytes: number }): boolean;
  /** Ends it: its subscriber is too slow. */
  endSlow(): void;
}

/** So much is handed to a connection ahead of what may still be left out; what it has is sent whatever comes. */
const DIRECT_BYTES = 64 * 1024;

/** So many frames wait at most, however short they are: each costs memory beside its bytes. */
const MAX_WAITING = 10_000;

/** How a {@linkcode Subscriber} is served. */
export interface SubscriberOptions {
  readonly id: string;
  readonly framing: Framing;
  readonly slow: SlowPolicy;
  readonly maxQueuedBytes: number;
  /** What its own messages do: they come to it as to everybody, or not. */
  readonly ownMessages: boolean;
  readonly history: History;
  readonly counters: HubCounters;
  /** It was too slow, and gets nothing more. */
  readonly onSlow: () => void;
}

/** One that follows a topic. Nothing it does, or does not, holds up the others. */
export class Subscriber {
  /** What names it as the sender of its messages. */
  readonly id: string;
  readonly framing: Framing;
  readonly #sink: Sink;
  readonly #options: SubscriberOptions;
  /** Messages with a number up to this are not for it, or went to it out of the history. */
  #seen: number;
  /** It still gets the history; what is published meanwhile is in there too. */
  #isBehind = false;
  /** It is to be told that messages are missing. */
  #owesMissed = false;
  /** The message of the history that did not fit, framed. */
  #unsent: { readonly number: number; readonly piece: Piece } | undefined;
  /** What waits here, and may still be left out. */
  readonly #waiting = new SizedQueue((frame: Uint8Array<ArrayBuffer>) => frame.length);
  #isOver = false;

  /** Begins behind the message with the number `seen`. */
  constructor(sink: Sink, options: SubscriberOptions, { seen }: { seen: number }) {
    this.id = options.id;
    this.framing = options.framing;
    this.#sink = sink;
    this.#options = options;
    this.#seen = seen;
  }

  /** Gives it what the history has behind what it has seen, as fast as it takes that, and then what is published. */
  catchUp({ isMissed }: { isMissed: boolean }): void {
    this.#isBehind = true;
    this.#owesMissed = isMissed;
    this.#sink.onLowWater = this.#pump;
    this.#pump();
  }

  /** Gives it the messages of a turn, which come behind all that it was given before; says whether there is one for it. */
  offer(pieces: readonly Piece[], messages: readonly PushMessage[]): boolean {
    // Who is behind goes on with the history when there is room again.
    if (this.#isOver || this.#isBehind) return false;
    const { ownMessages } = this.#options;
    const isForAll = messages[0]!.number > this.#seen &&
      (ownMessages || messages.every(({ from }) => from !== this.id));
    const own = isForAll ? pieces : this.#own(pieces, messages);
    for (const piece of own) if (!this.#isOver) this.#give(piece);
    return own.length > 0;
  }

  /** Sends it something that is no message; where too much waits, it is left out. */
  tell(bytes: SharedBytes): void {
    if (!this.#isOver && this.#waiting.length === 0) {
      this.#send(bytes, this.#options.maxQueuedBytes);
    }
  }

  /** It is gone. */
  end(): void {
    this.#isOver = true;
    this.#sink.onLowWater = undefined;
    this.#waiting.clear();
    this.#unsent = undefined;
  }

  /** Returns those messages that are for it; the pieces have a frame for each of them. */
  #own(pieces: readonly Piece[], messages: readonly PushMessage[]): Piece[] {
    const frames = pieces.flatMap((piece) => piece.frames);
    return piecesOf(frames.filter((_, at) => this.#isFor(messages[at]!)));
  }

  #isFor({ number, from }: PushMessage): boolean {
    return number > this.#seen && (this.#options.ownMessages || from !== this.id);
  }

  #give(piece: Piece): void {
    const { slow, maxQueuedBytes, counters } = this.#options;
    const max = slow === "close" ? maxQueuedBytes : this.#directBytes;
    if (this.#waiting.length === 0 && this.#send(piece.joined, max)) {
      return counters.delivered(piece.frames.length, piece.joined.length);
    }
    if (this.#isOver || this.#sink.closed) return;
    if (slow === "close") return this.#closeSlow(piece.frames.length);
    for (const frame of piece.frames) this.#wait(frame);
    this.#sink.onLowWater = this.#pump;
  }

  /** So much is sent ahead of what may still be left out; of what is only the latest, nothing. */
  get #directBytes(): number {
    const { slow, maxQueuedBytes } = this.#options;
    return slow === "latest-only" ? 0 : Math.min(DIRECT_BYTES, maxQueuedBytes);
  }

  /** What would come behind a gap is not sent: who comes back says what it has, and gets the rest. */
  #closeSlow(lost: number): void {
    this.#options.counters.drop("too-slow", lost);
    this.end();
    this.#options.onSlow();
    this.#sink.endSlow();
  }

  /** Lets a message wait, or leaves out what the policy says. */
  #wait(frame: Uint8Array<ArrayBuffer>): void {
    const { slow, counters } = this.#options;
    const waiting = this.#waiting;
    if (slow === "latest-only") {
      counters.drop("replaced", waiting.length);
      waiting.clear();
    } else if (slow === "drop-newest" && this.#isTooMuch(frame)) {
      return counters.drop("newest", 1);
    }
    while (this.#isTooMuch(frame)) {
      waiting.drop();
      counters.drop("oldest", 1);
    }
    waiting.add(frame);
  }

  #isTooMuch({ length }: Uint8Array): boolean {
    const waiting = this.#waiting;
    const bytes = this.#sink.queuedBytes + waiting.bytes + length;
    return waiting.length > 0 &&
      (bytes > this.#options.maxQueuedBytes || waiting.length >= MAX_WAITING);
  }

  /** Hands on what waits here, and what the history has for it, as far as there is room. */
  readonly #pump = (): void => {
    const max = this.#directBytes;
    for (let frame; (frame = this.#waiting.oldest) !== undefined;) {
      const piece = pieceOf([frame]);
      if (!this.#send(piece.joined, max)) return;
      this.#options.counters.delivered(1, piece.joined.length);
      this.#waiting.drop();
    }
    if (this.#isBehind && !this.#isOver) this.#replay(max);
  };

  #replay(maxQueuedBytes: number): void {
    const { history, framing, counters } = this.#options;
    while (!this.#isOver) {
      if (this.#owesMissed || history.lostUpTo > this.#seen) {
        // What it has not taken in time is gone.
        const missed = framing.missed?.();
        if (missed && !this.#send(new SharedBytes(missed), maxQueuedBytes)) return;
        this.#owesMissed = false;
        this.#seen = Math.max(this.#seen, history.lostUpTo);
      }
      const message = history.nextAfter(this.#seen);
      if (message === undefined) break;
      if (this.#isFor(message)) {
        const piece = this.#framed(message);
        if (!this.#send(piece.joined, maxQueuedBytes)) return;
        this.#unsent = undefined;
        counters.delivered(1, piece.joined.length);
      }
      this.#seen = message.number;
    }
    this.#isBehind = false;
  }

  #framed(message: PushMessage): Piece {
    const { number } = message;
    if (this.#unsent?.number === number) return this.#unsent.piece;
    const piece = pieceOf([this.framing.frame(message)]);
    this.#unsent = { number, piece };
    return piece;
  }

  #send(bytes: SharedBytes, maxQueuedBytes: number): boolean {
    return this.#sink.trySend(bytes, { maxQueuedBytes });
  }
}
