import type { Clock } from "../clock.ts";
import { forgettable } from "../rejection.ts";

interface Pending {
  readonly number: number;
  readonly since: number;
  readonly resolve: (ms: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Pings that wait for their pong. A pong answers all pings before it too (RFC 6455, 5.5.3). */
export class Pings {
  readonly #clock: Clock;
  #pending: Pending[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins one: returns what it holds, and the time until its answer in milliseconds. */
  begin(): { bytes: Uint8Array<ArrayBuffer>; answered: Promise<number> } {
    const number = this.#count++;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, number);
    const answered = new Promise<number>((resolve, reject) => {
      this.#pending.push({ number, since: this.#clock.now(), resolve, reject });
    });
    return { bytes, answered: forgettable(answered) };
  }

  /** A pong came; one that nobody asked for means nothing. */
  answered(bytes: Uint8Array): void {
    if (bytes.length !== 4) return;
    const number = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (!this.#pending.some((one) => one.number === number)) return;
    const now = this.#clock.now();
    const done = this.#pending.filter((one) => one.number <= number);
    this.#pending = this.#pending.filter((one) => one.number > number);
    for (const { resolve, since } of done) resolve(now - since);
  }

  /** No answer comes any more. */
  end(error: unknown): void {
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}
