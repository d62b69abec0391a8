import type { PushMessage } from "./push_message.ts";

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
  #messages: (PushMessage | undefined)[] = [];
  /** Where the oldest stands; what is in front of it is gone. */
  #first = 0;
  #bytes = 0;
  #lostUpTo: number;

  /** Keeps nothing yet; messages up to the number `lostUpTo` may have been there before. */
  constructor(limits: HistoryLimits, { lostUpTo }: { lostUpTo: number }) {
    this.#limits = limits;
    this.#lostUpTo = lostUpTo;
  }

  /** Bytes that it keeps. */
  get bytes(): number {
    return this.#bytes;
  }
  /** How many messages there are. */
  get length(): number {
    return this.#messages.length - this.#first;
  }
  /** No message with a number greater than this is gone. */
  get lostUpTo(): number {
    return this.#lostUpTo;
  }

  /** Keeps a message, in place of older ones where it has to; one that is larger than all may have is not kept. */
  add(message: PushMessage): void {
    this.#messages.push(message);
    this.#bytes += costOf(message);
    const { maxMessages, maxBytes } = this.#limits;
    while (this.length > maxMessages || (this.#bytes > maxBytes && this.length > 0)) {
      this.dropOldest();
    }
  }

  /** Gives the oldest message up. */
  dropOldest(): void {
    const oldest = this.#messages[this.#first];
    if (oldest === undefined) return;
    this.#lostUpTo = oldest.number;
    this.#bytes -= costOf(oldest);
    this.#messages[this.#first++] = undefined;
    // Each message is moved a bounded number of times.
    if (this.#first * 2 < this.#messages.length) return;
    this.#messages = this.#messages.slice(this.#first);
    this.#first = 0;
  }

  /** Returns the messages behind the one with this number, the oldest first. */
  after(number: number): readonly PushMessage[] {
    // Only what is gone is undefined, and that stands in front.
    return this.#messages.slice(this.#placeBehind(number)) as PushMessage[];
  }

  /** Returns the first message behind the one with this number, if it is there. */
  nextAfter(number: number): PushMessage | undefined {
    return this.#messages[this.#placeBehind(number)];
  }

  #placeBehind(number: number): number {
    let low = this.#first;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#messages[middle]!.number > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function costOf({ bytes }: PushMessage): number {
  return bytes.length + OVERHEAD_BYTES;
}
