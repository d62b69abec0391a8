/** What waits for a subscriber and may still be left out, the oldest first. */
export class WaitingFrames {
  #frames: (Uint8Array<ArrayBuffer> | undefined)[] = [];
  /** Where the oldest stands; what is in front of it is gone. */
  #first = 0;
  #bytes = 0;

  /** How many there are. */
  get length(): number {
    return this.#frames.length - this.#first;
  }
  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The oldest one. */
  get oldest(): Uint8Array<ArrayBuffer> | undefined {
    return this.#frames[this.#first];
  }

  /** Lets one more wait. */
  add(frame: Uint8Array<ArrayBuffer>): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /** Takes the oldest one away. */
  drop(): void {
    const oldest = this.oldest;
    if (oldest === undefined) return;
    this.#bytes -= oldest.length;
    this.#frames[this.#first++] = undefined;
    // Each one is moved a bounded number of times.
    if (this.#first * 2 < this.#frames.length) return;
    this.#frames = this.#frames.slice(this.#first);
    this.#first = 0;
  }

  /** Takes all away. */
  clear(): void {
    this.#frames = [];
    this.#first = this.#bytes = 0;
  }
}
