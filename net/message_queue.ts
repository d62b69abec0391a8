/** Bytes that are read ahead of the program at most, but for the last read. */
const MAX_AHEAD_BYTES = 64 * 1024;
/** Messages that are decoded ahead of the program at most. */
const MAX_AHEAD_MESSAGES = 1024;

/** Messages that were decoded before the program asked for them: bounded in bytes and in number. */
export class MessageQueue<Message> {
  #messages: Message[] = [];
  #at = 0;
  #bytes = 0;

  /** How many wait. */
  get length(): number {
    return this.#messages.length - this.#at;
  }
  /** No more should be decoded or read ahead. */
  get isFull(): boolean {
    return this.#bytes >= MAX_AHEAD_BYTES || this.length >= MAX_AHEAD_MESSAGES;
  }

  /** Counts bytes that were read ahead. */
  addBytes(count: number): void {
    this.#bytes += count;
  }

  push(message: Message): void {
    this.#messages.push(message);
  }

  /** Returns the first one, or undefined where none waits: what comes next is not ahead any more. */
  shift(): Message | undefined {
    if (this.#at < this.#messages.length) return this.#messages[this.#at++];
    this.#bytes = 0;
    if (this.#at > 0) {
      this.#messages = [];
      this.#at = 0;
    }
    return undefined;
  }
}
