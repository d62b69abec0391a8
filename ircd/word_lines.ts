import { byteLength } from "./cut_text.ts";

/** Words with spaces in between, in texts that are not too long. A word that is longer has a text of its own. */
export class WordLines {
  readonly texts: string[] = [];
  readonly #maxBytes: number;
  #lastBytes = 0;

  /** Has no word yet; a text has at most so many bytes. */
  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Writes a word behind the others. */
  add(word: string): void {
    const bytes = byteLength(word);
    if (this.texts.length === 0 || this.#lastBytes + 1 + bytes > this.#maxBytes) {
      this.texts.push(word);
      this.#lastBytes = bytes;
    } else {
      this.texts[this.texts.length - 1] += ` ${word}`;
      this.#lastBytes += 1 + bytes;
    }
  }
}
