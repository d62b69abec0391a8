/** What is sent, and how long an answer to it may take. */
export interface RoundTripsOptions {
  /** What each datagram holds. @default its number, so that each is told from the others */
  readonly message?: Uint8Array<ArrayBuffer> | undefined;
  /** Bytes of each datagram: what lacks is filled up, and what is too much is cut. @default what there is */
  readonly bytes?: number | undefined;
  /** An answer that takes longer is late, and what it answers is lost, in milliseconds. */
  readonly waitMs: number;
}

/** An answer, and what it answers. */
export interface RoundTrip {
  /** The number of the datagram that it answers, from 1. */
  readonly number: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** `again`, it was answered before; `late`, it was given up. */
  readonly kind: "first" | "again" | "late";
}

/** What all round trips were, times in milliseconds. */
export interface RoundTripSummary {
  readonly sent: number;
  readonly answered: number;
  readonly lostPercent: number;
  /** Answers to what was answered or given up already. */
  readonly extra: number;
  /** Undefined where nothing was answered in time. */
  readonly times: {
    readonly minMs: number;
    readonly averageMs: number;
    readonly maxMs: number;
    /** The standard deviation of all. */
    readonly deviationMs: number;
  } | undefined;
}

/** Something that was sent: when, and whether it was answered. */
interface Sent {
  readonly number: number;
  readonly atMs: number;
  isAnswered: boolean;
}

/** So much of what was sent is known, for answers that come again. */
const MAX_KNOWN = 1_000;

/**
 * Measures round trips over what may lose, double and reorder datagrams. An answer that holds what was sent belongs to it; any
 * other one to what has waited for longest. Time enters as an argument.
 */
export class RoundTrips {
  readonly #options: RoundTripsOptions;
  /** The last ones that were sent, by their numbers, the oldest first. */
  readonly #sent = new Map<number, Sent>();
  #count = 0;
  #answered = 0;
  #extra = 0;
  #minMs = Infinity;
  #maxMs = 0;
  #sumMs = 0;
  #sumOfSquares = 0;

  constructor(options: RoundTripsOptions) {
    this.#options = options;
  }

  /** Says whether what was sent has its answer, or is given up. */
  isOver(nowMs: number): boolean {
    for (const one of this.#sent.values()) {
      if (!one.isAnswered && !this.#isLate(one, nowMs)) return false;
    }
    return true;
  }

  /** Returns the next datagram, which is sent now, and its number. */
  next(nowMs: number): { readonly number: number; readonly bytes: Uint8Array<ArrayBuffer> } {
    const number = ++this.#count;
    this.#sent.set(number, { number, atMs: nowMs, isAnswered: false });
    if (this.#sent.size > MAX_KNOWN) this.#sent.delete(number - MAX_KNOWN);
    return { number, bytes: this.#bytesOf(number) };
  }

  /** Takes an answer; undefined where nothing that is known waits for one. */
  heard(answer: Uint8Array, nowMs: number): RoundTrip | undefined {
    const sent = this.#answeredBy(answer, nowMs);
    if (sent === undefined) {
      this.#extra++;
      return undefined;
    }
    const { number, atMs } = sent;
    const ms = nowMs - atMs;
    const kind = sent.isAnswered ? "again" : this.#isLate(sent, nowMs) ? "late" : "first";
    if (kind !== "again") sent.isAnswered = true;
    if (kind === "first") this.#countAnswer(ms);
    else this.#extra++;
    return { number, ms, kind };
  }

  /** Returns what all of them were. */
  summary(): RoundTripSummary {
    const [sent, answered, extra] = [this.#count, this.#answered, this.#extra];
    const lostPercent = sent === 0 ? 0 : 100 * (sent - answered) / sent;
    if (answered === 0) return { sent, answered, lostPercent, extra, times: undefined };
    const averageMs = this.#sumMs / answered;
    // Rounding may leave it below nothing.
    const variance = Math.max(0, this.#sumOfSquares / answered - averageMs ** 2);
    const [minMs, maxMs] = [this.#minMs, this.#maxMs];
    const times = { minMs, averageMs, maxMs, deviationMs: Math.sqrt(variance) };
    return { sent, answered, lostPercent, extra, times };
  }

  #countAnswer(ms: number): void {
    this.#answered++;
    this.#minMs = Math.min(this.#minMs, ms);
    this.#maxMs = Math.max(this.#maxMs, ms);
    this.#sumMs += ms;
    this.#sumOfSquares += ms ** 2;
  }

  #answeredBy(answer: Uint8Array, nowMs: number): Sent | undefined {
    if (this.#options.message === undefined) {
      const [, digits] = /^parley (\d+)\b/.exec(decoder.decode(answer.subarray(0, 32))) ?? [];
      const sent = digits === undefined ? undefined : this.#sent.get(Number(digits));
      if (sent && isSame(this.#bytesOf(sent.number), answer)) return sent;
    }
    for (const one of this.#sent.values()) {
      if (!one.isAnswered && !this.#isLate(one, nowMs)) return one;
    }
    return undefined;
  }

  #isLate({ atMs }: Sent, nowMs: number): boolean {
    return nowMs - atMs > this.#options.waitMs;
  }

  #bytesOf(number: number): Uint8Array<ArrayBuffer> {
    const { message = encoder.encode(`parley ${number}`), bytes = message.length } = this.#options;
    const filled = new Uint8Array(bytes).fill(FILL);
    filled.set(message.subarray(0, bytes));
    return filled;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** A dot. */
const FILL = 0x2e;

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
