import type { PushMessage } from "./push_message.ts";
import { SizedQueue } from "./sized_queue.ts";

/** What a message costs beside its bytes: the objects around it. */
const OVERHEAD_BYTES = 256;

/** What a {@linkcode History} keeps. */
export interface HistoryLimits {
  /** Messages; the oldest goes first. */
  readonly maxMessages: number;
  /** Bytes of all of them. */
  readonly maxBytes: number;
}

/** The last messages of a topic, in their order. */
export class History {
  readonly #limits: HistoryLimits;
  readonly #messages = new SizedQueue(costOf);
  #lostUpTo: number;

  /** Keeps nothing yet; messages up to the number `lostUpTo` may have been there before. */
  constructor(limits: HistoryLimits, { lostUpTo }: { lostUpTo: number }) {
    this.#limits = limits;
    this.#lostUpTo = lostUpTo;
  }

  /** Bytes that it keeps. */
  get bytes(): number {
    return this.#messages.bytes;
  }
  /** How many messages there are. */
  get length(): number {
    return this.#messages.length;
  }
  /** No message with a number greater than this is gone. */
  get lostUpTo(): number {
    return this.#lostUpTo;
  }

  /** Keeps a message, in place of older ones where it has to; one that is larger than all may have is not kept. */
  add(message: PushMessage): void {
    this.#messages.add(message);
    const { maxMessages, maxBytes } = this.#limits;
    while (this.length > maxMessages || (this.bytes > maxBytes && this.length > 0)) {
      this.dropOldest();
    }
  }

  /** Gives the oldest message up. */
  dropOldest(): void {
    this.#lostUpTo = this.#messages.drop()?.number ?? this.#lostUpTo;
  }

  /** Returns the messages behind the one with this number, the oldest first. */
  after(number: number): readonly PushMessage[] {
    const from = this.#placeBehind(number);
    return Array.from({ length: this.length - from }, (_, at) => this.#messages.at(from + at)!);
  }

  /** Returns the first message behind the one with this number, if it is there. */
  nextAfter(number: number): PushMessage | undefined {
    return this.#messages.at(this.#placeBehind(number));
  }

  #placeBehind(number: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#messages.at(middle)!.number > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function costOf({ bytes }: PushMessage): number {
  return bytes.length + OVERHEAD_BYTES;
}
