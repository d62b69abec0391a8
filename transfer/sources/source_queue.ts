import type { FileSource, SkippedSource } from "./file_source.ts";

/** The files that are still to be sent, for all connections that send them. */
export class SourceQueue {
  readonly #sources: AsyncIterator<FileSource | SkippedSource>;
  readonly #onSkipped: (source: SkippedSource) => void;
  /** Files that were on their way over a connection that broke. */
  #again: FileSource[] = [];
  #ended = false;

  /** Takes the sources one by one; `onSkipped` is called with those that cannot be sent. */
  constructor(
    sources: AsyncIterator<FileSource | SkippedSource>,
    onSkipped: (source: SkippedSource) => void,
  ) {
    this.#sources = sources;
    this.#onSkipped = onSkipped;
  }

  /** Takes the next file; undefined when there is none. */
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

  /** Says whether there is a next file, and leaves it there. */
  async hasMore(): Promise<boolean> {
    const next = await this.next();
    if (next) this.#again.unshift(next);
    return next !== undefined;
  }

  /** Puts a file back that has to be sent once more. */
  putBack(source: FileSource): void {
    this.#again.push(source);
  }
}
