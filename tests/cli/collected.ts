/** Nothing that a test waits for takes this long; it is only here so that a fault fails instead of hanging. */
const GUARD_MS = 30_000;

/** Text that comes bit by bit, and who waits for some of it. No test sleeps: it waits for what it needs to see. */
export class Collected {
  #text = "";
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #over = false;
  #taken = 0;
  #waiting: (() => void)[] = [];
  readonly #decoder = new TextDecoder();
  readonly #what: string;

  /** Makes an empty one; `what` names it in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /** What came so far. */
  get text(): string {
    return this.#text;
  }

  /** What came so far, as it came. */
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await new Blob(this.#chunks).arrayBuffer());
  }

  /** Adds bytes that came. */
  add(bytes: Uint8Array): void {
    this.#chunks.push(bytes.slice());
    this.#text += this.#decoder.decode(bytes, { stream: true });
    this.#wake();
  }

  /** No more will come. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** Waits until what came matches, and returns the match. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const match = pattern.exec(this.#text);
      if (match) return match;
      if (this.#over) throw this.#error(`ended without ${pattern}`);
      await this.#change(String(pattern));
    }
  }

  /** Waits for the next line that nobody has taken yet, and returns it; undefined is the end. */
  async line(): Promise<string | undefined> {
    while (true) {
      const end = this.#text.indexOf("\n", this.#taken);
      if (end >= 0) {
        const line = this.#text.slice(this.#taken, end);
        this.#taken = end + 1;
        return line;
      }
      if (this.#over) return undefined;
      await this.#change("a line");
    }
  }

  /** Waits for as many lines. */
  async lines(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const line = await this.line();
      if (line === undefined) throw this.#error(`ended after ${lines.length} of ${count} lines`);
      lines.push(line);
    }
    return lines;
  }

  /** Waits for the end, and returns what nobody has taken yet. */
  async rest(): Promise<string> {
    while (!this.#over) await this.#change("the end");
    return this.#text.slice(this.#taken);
  }

  #change(awaited: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const guard = setTimeout(
        () => reject(this.#error(`does not give ${awaited}`)),
        GUARD_MS,
      );
      this.#waiting.push(() => {
        clearTimeout(guard);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #error(problem: string): Error {
    return new Error(
      `${this.#what} ${problem}; it gave ${JSON.stringify(this.#text.slice(-2000))}`,
    );
  }
}
