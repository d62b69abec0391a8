import type { OutputSink } from "../../cli/output.ts";

/** What one write of a {@linkcode FakeSink} does: takes so many bytes, fails, or nothing until it is let go on. */
export type FakeWrite = number | Error | "waits";

/** A stream that does what a test says. Once nothing is said any more it takes all it is given. */
export class FakeSink implements OutputSink {
  /** The bytes that each write was given. */
  readonly given: string[] = [];
  /** The bytes that were taken. */
  readonly taken: number[] = [];
  /** Writes that are under way at the same time, at most. */
  most = 0;
  #underWay = 0;
  readonly #plan: FakeWrite[];
  #letGo: (() => void) | undefined;

  /** Makes one whose writes go as planned. */
  constructor(...plan: readonly FakeWrite[]) {
    this.#plan = [...plan];
  }

  /** What was taken, as text. */
  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.taken));
  }

  /** Lets the write that waits take what it was given. */
  letGo(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }

  /** Writes as the plan says. */
  async write(bytes: Uint8Array): Promise<number> {
    this.given.push(new TextDecoder().decode(bytes));
    this.most = Math.max(this.most, ++this.#underWay);
    try {
      const next = this.#plan.shift() ?? Infinity;
      if (next instanceof Error) throw next;
      if (next === "waits") await new Promise<void>((resolve) => this.#letGo = resolve);
      else await Promise.resolve();
      const count = Math.min(next === "waits" ? Infinity : next, bytes.length);
      for (const byte of bytes.subarray(0, count)) this.taken.push(byte);
      return count;
    } finally {
      this.#underWay--;
    }
  }
}
