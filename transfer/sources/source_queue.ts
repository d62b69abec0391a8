import type { FileSource, SkippedSource } from "./source.ts";

/** What is still to be sent, for all connections that send it. */
export class SourceQueue {
  readonly #sources: AsyncIterator<FileSource | SkippedSource>;
  readonly #onSkipped: (source: SkippedSource) => void;
  /** What was under way on a connection that broke. */
  #again: FileSource[] = [];
  #ended = false;

  /** Takes its sources one by one; what cannot be sent is told to `onSkipped`. */
  constructor(
    sources: AsyncIterator<FileSource | SkippedSource>,
    onSkipped: (source: SkippedSource) => void,
  ) {
    this.#sources = sources;
    this.#onSkipped = onSkipped;
  }

  /** Returns the next one; undefined says that there are no more. */
  async next(): Promise<FileSource | undefined> {
    while (true) {
      const again = this.#again.shift();
      if (again || this.#ended) return again;
      const { done, value } = await this.#sources.next();
      if (done) this.#ended = true;
      else if (value.kind === "skipped") this.#onSkipped(value);
      else return value;
    }
  }

  /** Says whether there is a next one. */
  async hasMore(): Promise<boolean> {
    const next = await this.next();
    if (next) this.#again.unshift(next);
    return next !== undefined;
  }

  /** Puts one back that has to be sent once more. */
  putBack(source: FileSource): void {
    this.#again.push(source);
  }
}
