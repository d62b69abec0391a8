import type { FileSource, OpenFileSource } from "./file_source.ts";

/** Returns what is piped in as a file of unknown size, which can be read once. `name` is what the receiver calls it. */
export function stdinSource(
  { stream, name }: { stream: ReadableStream<Uint8Array<ArrayBuffer>>; name: string },
): FileSource {
  return {
    kind: "file",
    local: "stdin",
    path: name,
    size: null,
    mtimeMs: null,
    once: true,
    open() {
      if (!stream.locked) return Promise.resolve(new OpenStdin(stream));
      return Promise.reject(new TypeError("stdin can be read only once"));
    },
  };
}

class OpenStdin implements OpenFileSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#rest = value;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  /** Ends a read that waits for somebody to type. */
  interrupt(): void {
    void this.#cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cancel();
  }

  async #cancel(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // The stream broke before, and the last read rejected with it.
    }
  }
}
