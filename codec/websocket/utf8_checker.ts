// This module is browser compatible.

/**
 * Checks UTF-8 as it comes (RFC 3629, 4): at the first byte that no well-formed text can have there it says where that is, also
 * where a character is cut between two calls.
 */
export class Utf8Checker {
  /** Bytes that the character still needs. */
  #needs = 0;
  /** Between what the next one has to be. */
  #low = 0x80;
  #high = 0xbf;

  /** No character is cut. */
  get isWhole(): boolean {
    return this.#needs === 0;
  }

  /** Returns one that stands where this one does. */
  copy(): Utf8Checker {
    const copy = new Utf8Checker();
    copy.#needs = this.#needs;
    copy.#low = this.#low;
    copy.#high = this.#high;
    return copy;
  }

  /** Begins anew. */
  reset(): void {
    this.#needs = 0;
    this.#low = 0x80;
    this.#high = 0xbf;
  }

  /** Returns where in `bytes`, from `from` up to `to`, the first impossible byte stands; -1 where there is none. */
  check(bytes: Uint8Array, { from, to }: { from: number; to: number }): number {
    let needs = this.#needs;
    let low = this.#low;
    let high = this.#high;
    let at = from;
    while (at < to) {
      const byte = bytes[at]!;
      if (needs > 0) {
        if (byte < low || byte > high) return at;
        low = 0x80;
        high = 0xbf;
        needs--;
      } else if (byte >= 0x80) {
        if (byte < 0xc2 || byte > 0xf4) return at;
        if (byte < 0xe0) needs = 1;
        else if (byte < 0xf0) {
          needs = 2;
          // No overlong forms, no surrogates.
          if (byte === 0xe0) low = 0xa0;
          else if (byte === 0xed) high = 0x9f;
        } else {
          needs = 3;
          // No overlong forms, nothing past U+10FFFF.
          if (byte === 0xf0) low = 0x90;
          else if (byte === 0xf4) high = 0x8f;
        }
      }
      at++;
    }
    this.#needs = needs;
    this.#low = low;
    this.#high = high;
    return -1;
  }
}
