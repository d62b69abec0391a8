// This module is browser compatible.

import { giveBack, takeKept, takeMemory, takeWhole } from "../bytes/memory.ts";

/** So much is taken at once for what was only announced. */
const AHEAD_BYTES = 64 * 1024;
/** Below this many bytes memory is shared with others. */
const SHARED_BYTES = 2 * 1024;

const NOTHING = new Uint8Array(0);

/** The memory that a message is gathered in while its bytes come. It grows with what has come, and not with what is announced. */
export class MessageMemory {
  /** The bytes; the first `length` of them have come. */
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  length = 0;
  /** How many there will be, as far as that is known. */
  #announced = 0;
  #isLast = false;

  /** Bytes held. */
  get capacity(): number {
    return this.bytes.length;
  }

  /** Says that so many bytes more will come, and whether they are the last ones. Takes nothing for them yet. */
  announce(count: number, { isLast }: { isLast: boolean }): void {
    this.#announced = this.length + count;
    this.#isLast = isLast;
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const ahead = Math.min(this.#announced, Math.max(4 * needed, AHEAD_BYTES));
    // Where each of many fragments took only its own, all that came before would be copied for each.
    const wanted = Math.max(needed, ahead, this.#isLast ? 0 : 2 * this.bytes.length);
    // What is there already may be taken for what is only announced: it costs nothing.
    const grown = (this.#announced > wanted ? takeKept(this.#announced) : undefined) ??
      (this.length === 0 ? takeMemory(wanted) : takeWhole(wanted));
    grown.set(this.bytes.subarray(0, this.length));
    this.#giveBack();
    this.bytes = grown;
  }

  /** Returns the bytes that have come, which are the caller's from now on, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const { bytes, length } = this;
    this.bytes = NOTHING;
    this.length = 0;
    return bytes.length === length ? bytes : bytes.subarray(0, length);
  }

  /** Forgets what has come. */
  drop(): void {
    this.#giveBack();
    this.take();
  }

  #giveBack(): void {
    const { bytes } = this;
    if (bytes.length > SHARED_BYTES) giveBack(bytes.buffer);
  }
}
